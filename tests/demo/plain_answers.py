"""What an auditor's questions come to in the demo account, by boto3 alone."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import boto3

REGIONS = ("us-east-1", "eu-west-1", "eu-central-1")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def now():
    """Return the moment a question is answered at: a day may end while the tests run."""
    return dt.datetime.now(dt.UTC)


class Plain:
    """One account, asked directly; times are aware."""

    def __init__(self, profile):
        self._session = boto3.Session(
            profile.access_key_id, profile.secret_access_key, profile.session_token
        )
        self._endpoint = profile.endpoint_url

    def client(self, service, region=REGIONS[0]):
        return self._session.client(service, region_name=region, endpoint_url=self._endpoint)

    def all(self, service, operation, key, regions=REGIONS, **inputs):
        """Give the client and each record under `key`, in every region."""
        for region in regions:
            client = self.client(service, region)
            for record in getattr(client, operation)(**inputs)[key]:
                yield client, record

    def iam(self, operation, key, **inputs):
        return [record for _, record in self.all("iam", operation, key, REGIONS[:1], **inputs)]

    def report(self):
        text = self.client("iam").get_credential_report()["Content"].decode()
        return [row for row in csv.DictReader(io.StringIO(text)) if "root" not in row["user"]]


def idle_days(*times):
    """Return the days since the latest of the report's times."""
    known = [dt.datetime.fromisoformat(time) for time in times if time[:1] == "2"]
    return (now() - max(known)).days


def without_mfa(aws):
    return {row["user"] for row in aws.report() if row["mfa_active"] == "false"}


def unused_users(aws):
    uses = ("password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date")
    return {
        row["user"]
        for row in aws.report()
        if idle_days(row["user_creation_time"], *(row[use] for use in uses)) > 90
    }


def old_keys(aws):
    names = [user["UserName"] for user in aws.iam("list_users", "Users")]
    keys = [k for n in names for k in aws.iam("list_access_keys", "AccessKeyMetadata", UserName=n)]
    return {
        key["AccessKeyId"]
        for key in keys
        if key["Status"] == "Active" and (now() - key["CreateDate"]).days > 90
    }


def administrators(aws):
    found = set()
    for kind in ("User", "Role"):
        for each in aws.iam(f"list_{kind.lower()}s", f"{kind}s"):
            name = each[f"{kind}Name"]
            if _is_administrator(aws, kind, name) or any(
                _is_administrator(aws, "Group", group["GroupName"])
                for group in (
                    aws.iam("list_groups_for_user", "Groups", UserName=name)
                    if kind == "User"
                    else ()
                )
            ):
                found.add(name)
    return found


def _is_administrator(aws, kind, name):
    given = {f"{kind}Name": name}
    arns = [
        policy["PolicyArn"]
        for policy in aws.iam(f"list_attached_{kind.lower()}_policies", "AttachedPolicies", **given)
    ]
    return ADMINISTRATOR in arns or any(_is_everything(aws, arn) for arn in arns)


def _is_everything(aws, arn):
    iam = aws.client("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return any(
        (s["Effect"], s.get("Action"), s.get("Resource")) == ("Allow", "*", "*")
        for s in document["Statement"]
    )


def trusting_roles(aws):
    own = aws.client("sts").get_caller_identity()["Account"]
    return {
        role["RoleName"]
        for role in aws.iam("list_roles", "Roles")
        for s in role["AssumeRolePolicyDocument"]["Statement"]
        if "AWS" in (principal := s["Principal"]) and own not in json.dumps(principal)
    }


def public_buckets(aws):
    s3 = aws.client("s3")
    found = set()
    for bucket in s3.list_buckets()["Buckets"]:
        try:
            status = s3.get_bucket_policy_status(Bucket=bucket["Name"])["PolicyStatus"]
        except s3.exceptions.ClientError:
            continue
        if status["IsPublic"]:
            found.add(bucket["Name"])
    return found


def unencrypted_buckets(aws):
    s3 = aws.client("s3")
    found = set()
    for bucket in s3.list_buckets()["Buckets"]:
        try:
            s3.get_bucket_encryption(Bucket=bucket["Name"])
        except s3.exceptions.ClientError:
            found.add(bucket["Name"])
    return found


def unversioned_buckets(aws):
    s3 = aws.client("s3")
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    return {n for n in names if s3.get_bucket_versioning(Bucket=n).get("Status") != "Enabled"}


def unencrypted_volumes(aws):
    volumes = aws.all("ec2", "describe_volumes", "Volumes")
    return {volume["VolumeId"] for _, volume in volumes if not volume["Encrypted"]}


def open_groups(port=None):
    def found(aws):
        rules = aws.all("ec2", "describe_security_group_rules", "SecurityGroupRules")
        return {
            rule["GroupId"]
            for _, rule in rules
            if not rule["IsEgress"]
            and {rule.get("CidrIpv4"), rule.get("CidrIpv6")} & {"0.0.0.0/0", "::/0"}
            and (
                port is None
                or rule["IpProtocol"] == "-1"
                or rule["FromPort"] <= port <= rule["ToPort"]
            )
        }

    return found


def databases(test):
    def found(aws):
        instances = aws.all("rds", "describe_db_instances", "DBInstances")
        return {each["DBInstanceIdentifier"] for _, each in instances if test(each)}

    return found


def public_database_snapshots(aws):
    found = set()
    for rds, snapshot in aws.all("rds", "describe_db_snapshots", "DBSnapshots"):
        name = snapshot["DBSnapshotIdentifier"]
        if snapshot["SnapshotType"] == "manual":
            result = rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=name)
            attributes = result["DBSnapshotAttributesResult"]["DBSnapshotAttributes"]
            if any("all" in attribute["AttributeValues"] for attribute in attributes):
                found.add(name)
    return found


def public_images(aws):
    images = aws.all("ec2", "describe_images", "Images", Owners=["self"])
    return {image["ImageId"] for _, image in images if image["Public"]}


def unowned_instances(aws):
    reservations = aws.all("ec2", "describe_instances", "Reservations")
    return {
        instance["InstanceId"]
        for _, reservation in reservations
        for instance in reservation["Instances"]
        if "owner" not in {tag["Key"] for tag in instance.get("Tags", ())}
    }


def owners(aws):
    reservations = aws.all("ec2", "describe_instances", "Reservations")
    tags = [t for _, r in reservations for i in r["Instances"] for t in i.get("Tags", ())]
    return {tag["Value"] for tag in tags if tag["Key"] == "owner"}


def keys_without_rotation(aws):
    found = set()
    for kms, each in aws.all("kms", "list_keys", "Keys"):
        key = kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"]
        rotates = key["KeySpec"] == "SYMMETRIC_DEFAULT" and key["KeyManager"] == "CUSTOMER"
        if rotates and not kms.get_key_rotation_status(KeyId=each["KeyId"])["KeyRotationEnabled"]:
            found.add(each["KeyId"])
    return found


def old_functions(aws):
    # Runtimes of the seeds that AWS no longer supports.
    ended = ("nodejs14.x", "nodejs18.x", "python3.8", "python3.7")
    functions = aws.all("lambda", "list_functions", "Functions")
    return {function["FunctionName"] for _, function in functions if function["Runtime"] in ended}


def expiring_certificates(aws):
    found = set()
    for acm, each in aws.all("acm", "list_certificates", "CertificateSummaryList"):
        until = acm.describe_certificate(CertificateArn=each["CertificateArn"])["Certificate"]
        if until["NotAfter"] < now() + dt.timedelta(days=30):
            found.add(each["DomainName"])
    return found


def groups_kept_for_ever(aws):
    groups = aws.all("logs", "describe_log_groups", "logGroups")
    return {group["logGroupName"] for _, group in groups if "retentionInDays" not in group}


def secrets_not_rotated(aws):
    secrets = aws.all("secretsmanager", "list_secrets", "SecretList")
    return {secret["Name"] for _, secret in secrets if not secret.get("RotationEnabled")}


def on_in_regions(service, operation, key):
    """Give the regions where a service has something."""
    return lambda aws: {
        region for region in REGIONS if getattr(aws.client(service, region), operation)()[key]
    }


def trails(aws):
    """Give the trails that record all regions, are on and are validated."""
    client = aws.client("cloudtrail")
    return {
        trail["Name"]
        for trail in client.describe_trails()["trailList"]
        if trail["IsMultiRegionTrail"] and trail["LogFileValidationEnabled"]
        if client.get_trail_status(Name=trail["TrailARN"])["IsLogging"]
    }


def events(user=""):
    def found(aws):
        begin = now() - dt.timedelta(days=7)
        records = aws.all("cloudtrail", "lookup_events", "Events")
        return {
            record["EventName"]
            for _, record in records
            if record["EventTime"] >= begin and user in ("", record["Username"])
        }

    return found
