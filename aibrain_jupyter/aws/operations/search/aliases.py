"""
What people call the things a curated tool is about, where its own text has other words.

Reviewed by hand: only words that lead to this tool and not to a neighbour, each in one form (the
index knows plurals and endings; ``synonyms.py`` has what holds everywhere). To help a question that
is not found, add its word here and a question with it to ``tests/data/audit_questions.yml``.
"""

from typing import Final

ALIASES: Final = {
    "accessanalyzer_analyzers": "external access analysis enabled unused access",
    "accessanalyzer_findings": "shared outside external third party public cross-account exposure",
    "account_contacts": "alternate contact person phone notify",
    "account_regions": "opted in disabled enabled switched off",
    "acm_certificates": "ssl https tls expire expiring renew",
    "apigateway_rest_apis": "api stage authentication authorization without authorizer throttling",
    "apigatewayv2_apis": "api stage route authentication authorization without authorizer",
    "autoscaling_groups": "asg scaling capacity scale zones spread",
    "backup_jobs": "backup failed succeeded",
    "backup_plans": "backup schedule frequency copy another region cross-region retention",
    "backup_protected_resources": "backed up never not protected without backup coverage",
    "backup_recovery_points": "restore backup copies kept immutable",
    "backup_vaults": "vault lock immutable worm ransomware deletion",
    "cloudformation_stacks": "infrastructure as code template iac",
    "cloudfront_distributions": "cdn edge https http origin content delivery",
    "cloudtrail_events": (
        "who did deleted changed created modified stopped disabled logged in login activity history"
        " happened last week yesterday event actions api calls failed denied sign-in performed"
    ),
    "cloudtrail_trails": "audit log api logging enabled every region integrity tamper management",
    "cloudwatch_alarms": "alert notify notification root use unauthorized monitoring",
    "codebuild_projects": "build ci credentials clear text secrets variables",
    "codepipeline_pipelines": "deployment release ci cd manual approve person before production",
    "config_compliance": "non-compliant noncompliant resources violate fail",
    "config_conformance_packs": "non-compliant framework compliance pack",
    "config_recorders": "configuration recording enabled history inventory changes tracked",
    "config_rules": "compliance rule non-compliant fail violate",
    "dynamodb_tables": "nosql table pitr continuous backup",
    "ec2_addresses": "elastic ip eip unattached unassociated unused idle",
    "ec2_flow_logs": "network traffic logging vpc",
    "ec2_images": "ami machine image published shared world old",
    "ec2_instances": "server virtual machine vm host computer internet facing imds metadata v2",
    "ec2_key_pairs": "ssh key login key old",
    "ec2_launch_templates": "imdsv2 metadata template user data",
    "ec2_network_acls": "nacl firewall subnet inbound outbound",
    "ec2_route_tables": "route routing default internet gateway",
    "ec2_security_groups": (
        "firewall rule ingress egress inbound outbound ssh rdp port 22 3389 0.0.0.0/0 open internet"
        " exposed reachable database port mysql unused"
    ),
    "ec2_settings": "default encryption new disk volume account level block public sharing imdsv2",
    "ec2_snapshots": "disk copy shared public other account cross-account backup",
    "ec2_subnets": "public subnet private automatic auto-assign",
    "ec2_volumes": "disk storage unattached unused orphan",
    "ec2_vpc_endpoints": "private link privatelink interface gateway endpoint",
    "ec2_vpc_peerings": "peered network third party connected",
    "ec2_vpcs": "network virtual private cloud default flow log",
    "ecr_images": "container image vulnerability critical cve stale",
    "ecr_repositories": "container registry docker image scan push immutable",
    "ecs_clusters": "container fargate monitoring exec shell",
    "ecs_services": "container fargate exec shell open public",
    "ecs_task_definitions": "container privileged root secret environment variable plain text",
    "efs_file_systems": "nfs shared file storage",
    "eks_clusters": "kubernetes k8s api server endpoint reachable internet control plane version",
    "eks_nodegroups": "kubernetes k8s worker node version ssh",
    "elasticache_clusters": "redis memcached valkey cache password auth token",
    "elb_load_balancers": "elb clb internet facing",
    "elbv2_load_balancers": "alb nlb internet facing public https listener old tls cipher",
    "glue_catalog_settings": "data catalog metadata encrypted",
    "glue_jobs": "etl data pipeline spark",
    "glue_security_configurations": "etl encryption",
    "guardduty_detectors": "threat incident detection intrusion enabled all regions",
    "guardduty_findings": "threat attack malware intrusion suspicious serious",
    "iam_access_keys": "access key older than 90 days unused stale rotated credential program",
    "iam_account": "root user mfa two-factor password policy complexity length expiry alias",
    "iam_administrators": "admin administrator full access privileged superuser everything",
    "iam_groups": "admin group member who is in",
    "iam_identity_providers": "federation saml oidc idp trust github",
    "iam_policies": "grant allow everything star wildcard full admin customer managed broad",
    "iam_roles": "assume trust cross-account third party external unused nobody uses service",
    "iam_server_certificates": "ssl tls uploaded expire",
    "iam_users": (
        "people person employee leaver human console login without mfa inactive dormant never"
        " signed in password admin permission privileged credential report"
    ),
    "inspector2_findings": "vulnerability cve exploit patch software weakness",
    "inspector2_status": "vulnerability scanning enabled on containers functions scanner",
    "kms_keys": "encryption key cmk customer managed rotate scheduled deletion who may use",
    "lambda_functions": "serverless deprecated runtime url anybody environment variable secrets",
    "logs_groups": "log retention how long kept expire never",
    "logs_metric_filters": "alarm root login unauthorized api calls cis monitoring",
    "opensearch_domains": "elasticsearch search domain kibana anybody",
    "organizations_accounts": "member accounts of our organization list closed suspended guardrail",
    "organizations_scps": "scp guardrail deny preventive organization unit policy",
    "rds_clusters": "aurora database postgres mysql backup kept retention",
    "rds_instances": "database server postgres mysql oracle sql public reachable backup retention",
    "rds_snapshots": "database backup copy public shared",
    "redshift_clusters": "data warehouse audit logging database",
    "resourcegroupstaggingapi_resources": "asset inventory tag tagged untagged missing owner label",
    "route53_records": "dns name domain dangling cname takeover point",
    "route53_zones": "dns domain signing dnssec query logging",
    "s3_buckets": (
        "bucket storage object data lake public world-readable https only ssl versioning access log"
        " default encryption worm write-once delete protection"
    ),
    "secretsmanager_secrets": "secret password credential rotated stale old unused",
    "securityhub_controls": "disabled control suppressed benchmark cis fsbp",
    "securityhub_findings": "failed control compliance issue security posture serious critical",
    "securityhub_standards": "enabled switched on standard benchmark cis pci fsbp hub",
    "sns_topics": "notification publish subscribe email subscriber everyone",
    "sqs_queues": "queue message everyone dlq readable",
    "ssm_managed_instances": "patch missing servers managed agent compliance update",
    "ssm_parameters": "parameter store plain text securestring secret",
    "ssm_patch_baselines": "patch rule approval default",
    "sso_admin_assignments": "sso single sign-on login access who can permission set entra okta",
    "transfer_servers": "sftp ftp ftps file transfer exchange server public endpoint",
    "wafv2_cloudfront_web_acls": "waf web application firewall cdn",
    "wafv2_web_acls": "waf web application firewall protect load balancer api logging",
}
"""Words by the name of the tool."""
