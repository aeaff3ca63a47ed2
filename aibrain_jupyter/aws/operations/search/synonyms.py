"""
Words that mean the same to an auditor, and words that say nothing: reviewed data.

Each group is a set of words and phrases any of which finds the others. A group is for what holds
for every tool; what holds for one is in ``aliases.py``.
"""

from typing import Final

_SAYING_NOTHING: Final = """
a about all also am an and any anything are as at aws amazon be been being but by can could did
do does doing each everything for from give gives had has have having how i if in into is it its
just list me my no not of on one or our ours out please s see should show so some someone
something still t tell than that the their them then there these they thing things this those to
today tomorrow us use was we were what when where whether which while who whom whose why will
with within without would you your find check exist exists currently now actually really own get
describe know known many much lacking per
"""
STOP_WORDS: Final = frozenset(_SAYING_NOTHING.split())
"""What a question is made of and no tool is about; a question of nothing else keeps them."""

SYNONYMS: Final = (
    "mfa; multi factor; multifactor; two factor; 2fa; second factor",
    "public; open to world; internet; exposed; everyone; anyone; anybody; world; reachable; facing",
    "accessible; public; reachable; exposed; exposure",
    "encrypted; encryption; unencrypted; cmk; kms; sse; cipher; at rest",
    "in transit; tls; ssl; https; plain http",
    "logging; log; audit log; logged; audited",
    "rotated; rotation; rotate",
    "unused; dormant; inactive; idle; stale; abandoned; last used; days idle; orphaned",
    "admin; administrator; full access; privileged; superuser; everything",
    "enabled; on; active; switched on; turned on; disabled; off; switched off",
    "user; people; person; employee; human",
    "login; log in; sign in; signin; logon; signed in; logged in; console",
    "single sign on; sso; identity center; permission set",
    "database; db; rds; aurora; postgres; postgresql; mysql; mariadb; oracle; sql server",
    "server; machine; instance; vm; virtual machine; host; ec2",
    "disk; volume; ebs; drive",
    "firewall; security group; network acl; nacl",
    "open; opens; allow; permit; let",
    "ami; machine image",
    "container; docker; ecs; fargate; task",
    "kubernetes; k8s; eks",
    "function; lambda; serverless",
    "load balancer; elb; alb; nlb; elbv2; loadbalancer",
    "waf; web acl; web application firewall",
    "bucket; s3",
    "queue; sqs",
    "topic; sns",
    "dns; route53; hosted zone; domain name",
    "cdn; cloudfront",
    "secret; credential; secrets manager",
    "key; keys; kms key",
    "certificate; cert; ssl certificate",
    "expire; expiry; expires; expiring; valid until; renewal",
    "backup; backed up; recovery point; snapshot",
    "retention; retained; kept; keep; retain",
    "patch; patching; missing update",
    "vulnerability; cve; vulnerable; weakness",
    "threat; attack; intrusion; malware; guardduty",
    "deletion; delete; deleted; termination; removed",
    "shared; share; sharing; cross account; other account; third party; external; outside",
    "trust; assume; trusted; assumed",
    "guardrail; scp; service control policy",
    "compliance; compliant; noncompliant; non compliant; complies; conformance",
    "rule; rules",
    "tag; tagged; untagged; label; tagging",
    "region; regions",
    "older; age; old; days; created",
    "imds; imdsv2; metadata service; instance metadata",
    "public ip; elastic ip; eip; public address; ip address; addresses",
    "peering; peered; peer",
    "flow log; flow logs; network traffic",
    "point in time; pitr; continuous backup",
    "root; root user; root account",
    "password; passphrase",
    "alarm; alert; notify; notified; notification",
    "authentication; authorizer; authorization; unauthenticated; auth",
    "environment variable; environment",
    "plain text; clear text; cleartext; plaintext",
    "redis; elasticache; memcached; valkey",
    "elasticsearch; opensearch",
    "kafka; msk",
    "nfs; efs; file system",
    "etl; glue",
    "cost; spend; spent; bill; billing",
    "organization; organisation; org",
    "versioning; version",
    "finding; findings; issue",
    "approval; approve; approved",
    "contact; contacts",
    "drift; drifted",
    "session manager; ssm; systems manager",
    "support; supported; deprecated; end of life; out of date; outdated; eol",
    "scan; scanned; scanning",
    "protection; protected; lock; locked; immutable; worm",
    "analyzer; access analyzer",
    "sagemaker; notebook instance",
    "cognito; user pool",
    "vpn; site to site",
    "stack; cloudformation",
    "pipeline; codepipeline; deployment",
    "build; codebuild",
    "group; groups; member",
)
"""Groups of words and phrases, parted by semicolons."""
