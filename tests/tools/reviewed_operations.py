"""
What a person decided about single AWS operations, for ``operations_table.py``.

The rules see names, models and AWS's access levels. These lists overrule them, each for a reason
that a reviewer can check in the API reference. A name that no botocore model has is an error.
"""

from __future__ import annotations

NEVER = """
    appsync:ListApiKeys bedrock-agentcore:GetResourceApiKey chime-sdk-meetings:GetAttendee
    chime-sdk-meetings:ListAttendees cloudwatchomni:GetSpaceDataAccess
    codepipeline:GetJobDetails codepipeline:GetThirdPartyJobDetails
    cognito-idp:ListUserPoolClientSecrets datazone:GetConnection
    ec2:GetVpnConnectionDeviceSampleConfiguration emr-serverless:GetSessionEndpoint
    gamelift:GetComputeAccess gamelift:GetInstanceAccess gamelift:GetPlayerConnectionDetails
    glue:GetSessionEndpoint ivs:BatchGetStreamKey ivs:GetStreamKey
    kinesis-video-signaling:GetIceServerConfig kms:GetParametersForImport
    lakeformation:GetGlueFunctionSessionContext lightsail:GetBucketAccessKeys
    location:DescribeKey mailmanager:GetAddressListImportJob
    payment-cryptography:GetParametersForExport payment-cryptography:GetParametersForImport
    s3control:GetDataAccess snowball:GetJobManifest snowball:GetJobUnlockCode
    storagegateway:DescribeChapCredentials support:GetAttachmentUploadLinks
    wafv2:GetDecryptedAPIKey wafv2:ListAPIKeys wickr:GetOidcInfo wickr:GetOpentdfConfig
"""
"""They hand out credentials, keys, tokens or links that carry access, under other names."""

SENSITIVE = """
    lambda:GetFunction lambda:GetLayerVersion lambda:GetLayerVersionByArn
    ssm:GetParameter ssm:GetParameterHistory ssm:GetParameters ssm:GetParametersByPath

    appconfig:GetConfiguration appconfig:GetHostedConfigurationVersion
    appconfigdata:GetLatestConfiguration artifact:GetReport artifact:GetTermForReport
    athena:GetCalculationExecutionCode athena:GetQueryResults
    bedrock-agent-runtime:GetAgentMemory bedrock-agent-runtime:GetDocumentContent
    bedrock-agent-runtime:GetInvocationStep bedrock-agent-runtime:GetSession
    bedrock-agent-runtime:ListInvocationSteps
    bedrock-agentcore:GetEvent bedrock-agentcore:GetMemoryRecord bedrock-agentcore:ListEvents
    bedrock-agentcore:ListMemoryRecords chime-sdk-messaging:GetChannelMessage
    chime-sdk-messaging:ListChannelMessages cloudfront-keyvaluestore:GetKey
    cloudfront-keyvaluestore:ListKeys cloudsearchdomain:Search cloudtrail:GetQueryResults
    cloudwatchomni:GetTelemetryQueryResults codeartifact:GetPackageVersionAsset
    codecommit:GetBlob codecommit:GetBlobDifferences codecommit:GetFile cognito-sync:ListRecords
    connect:GetAttachedFile connect:GetContactAttributes connect:GetPromptFile
    connect:SearchContacts connectparticipant:GetAttachment connectparticipant:GetTranscript
    continuum:GetCodeIssueArtifact customer-profiles:BatchGetProfile
    customer-profiles:GetProfileHistoryRecord customer-profiles:GetProfileRecommendations
    customer-profiles:GetSimilarProfiles customer-profiles:ListProfileObjects
    customer-profiles:SearchProfiles devops-agent:GetAssetContent devops-agent:GetAssetFile
    dynamodb:BatchGetItem dynamodb:GetItem dynamodb:SearchVectors dynamodbstreams:GetRecords
    ebs:GetSnapshotBlock ebs:ListSnapshotBlocks ec2:GetConsoleOutput ec2:GetConsoleScreenshot
    ec2:GetInstanceUefiData entityresolution:GetMatchId frauddetector:GetEvent
    frauddetector:GetEventPrediction glacier:GetJobOutput glue:GetEntityRecords
    glue:GetSystemLogsForJobRun glue:GetSystemLogsForSession glue:GetUnfilteredPartitionMetadata
    glue:GetUnfilteredPartitionsMetadata glue:GetUnfilteredTableMetadata
    greengrassv2:GetComponentVersionArtifact inspector2:BatchGetCodeSnippet
    iot:GetRegistrationCode iot-data:GetRetainedMessage
    iotsitewise:BatchGetAssetPropertyAggregates iotsitewise:BatchGetAssetPropertyValue
    iotsitewise:BatchGetAssetPropertyValueHistory iotsitewise:GetAssetPropertyAggregates
    iotsitewise:GetAssetPropertyValue iotsitewise:GetAssetPropertyValueHistory
    iotsitewise:GetInterpolatedAssetPropertyValues iotsitewise:GetQueryResults
    iottwinmaker:GetPropertyValue iottwinmaker:GetPropertyValueHistory keyspacesstreams:GetRecords
    kinesis:GetRecords kinesis-video-archived-media:GetClip
    kinesis-video-archived-media:GetImages kinesis-video-archived-media:GetMediaForFragmentList
    kinesis-video-media:GetMedia lakeformation:GetWorkUnitResults lakeformation:GetWorkUnits
    lex-models:GetUtterancesView lex-runtime:GetSession lexv2-models:SearchAssociatedTranscripts
    lexv2-runtime:GetSession lightsail:GetContainerLog lightsail:GetRelationalDatabaseLogEvents
    logs:FilterLogEvents logs:GetLogEvents logs:GetLogObject logs:GetLogRecord
    logs:GetQueryResults macie2:GetSensitiveDataOccurrences mailmanager:GetArchiveMessage
    mailmanager:GetArchiveMessageContent mailmanager:GetArchiveSearchResults
    medialive:DescribeInputDeviceThumbnail mediastore-data:GetObject
    medical-imaging:GetImageFrame medical-imaging:GetImageSetMetadata
    medical-imaging:SearchImageSets mturk:GetAssignment mturk:ListAssignmentsForHIT
    neptunedata:GetPropertygraphStream neptunedata:GetSparqlStream omics:GetReadSet
    omics:GetReference opensearchmemory:BatchGetEvent opensearchmemory:GetEvent
    opensearchmemory:SearchEvents opensearchmemory:SearchMemories pinpoint:GetEndpoint
    pinpoint:GetInAppMessages pinpoint:GetUserEndpoints qapps:GetQAppSession
    qbusiness:GetDocumentContent qbusiness:GetMedia qbusiness:ListMessages
    qbusiness:SearchRelevantContent qconnect:GetContent qconnect:GetNextMessage
    qconnect:ListMessages qconnect:SearchContent redshift-data:GetStatementResult
    redshift-data:GetStatementResultV2 rekognition:GetFaceLivenessSessionResults
    rum:GetAppMonitorData s3:GetObject s3:GetObjectAnnotation s3:GetObjectTorrent
    s3vectors:GetVectors s3vectors:ListVectors
    sagemaker-featurestore-runtime:BatchGetRecord sagemaker-featurestore-runtime:GetRecord
    sagemaker-geospatial:GetTile sagemakertrainingsessionruntime:GetSamplingOperationResult
    sagemakertrainingsessionruntime:GetTrainingOperationResult sdb:GetAttributes
    sesv2:GetMessageInsights ssm:GetCommandInvocation stepfunctions:DescribeExecution
    stepfunctions:GetExecutionHistory support:DescribeAttachment support:DescribeCommunications
    swf:GetWorkflowExecutionHistory taxsettings:GetTaxRegistrationDocument
    textract:GetDocumentAnalysis textract:GetDocumentInsights textract:GetDocumentTextDetection
    textract:GetExpenseAnalysis textract:GetLendingAnalysis textract:GetLendingAnalysisSummary
    wisdom:GetContent wisdom:SearchContent workdocs:GetDocumentVersion
    workmailmessageflow:GetRawMessageContent xray:BatchGetTraces xray:ListRetrievedTraces

    bedrock-agent-runtime:ListFlowExecutionEvents codebuild:BatchGetCommandExecutions
    codebuild:ListCommandExecutionsForSandbox codecommit:DescribeMergeConflicts
    codecommit:GetComment codecommit:GetCommentsForComparedCommit
    codecommit:GetCommentsForPullRequest connect-contact-lens:ListRealtimeContactAnalysisSegments
    connect:ListRealtimeContactAnalysisSegmentsV2 connectcases:GetCase
    connectcases:GetCaseAuditEvents connectcases:SearchAllRelatedItems connectcases:SearchCases
    connectcases:SearchRelatedItems customer-profiles:BatchGetCalculatedAttributeForProfile
    customer-profiles:GetCalculatedAttributeForProfile
    customer-profiles:ListCalculatedAttributesForProfile
    customer-profiles:ListObjectTypeAttributeValues customer-profiles:ListProfileAttributeValues
    customer-profiles:ListProfileHistoryRecords devops-agent:GetChat
    devops-agent:ListJournalRecords devops-agent:ListPendingMessages glue:GetStatement
    glue:ListStatements iot-data:GetThingShadow iot:GetCommandExecution
    iotthingsgraph:ListFlowExecutionMessages iotwireless:ListQueuedMessages
    lambda:GetDurableExecution lambda:GetDurableExecutionHistory lambda:GetDurableExecutionState
    lexv2-models:ListAggregatedUtterances lexv2-models:ListTestExecutionResultItems
    lexv2-models:ListTestSetRecords lexv2-models:ListUtteranceAnalyticsData
    location:BatchGetDevicePosition location:GetDevicePosition location:GetDevicePositionHistory
    location:ListDevicePositions mturk:ListQualificationRequests
    mturk:ListReviewPolicyResultsForHIT opensearchmemory:ListEvents qapps:ListQAppSessionData
    qconnect:GetRecommendations qconnect:ListSpans rekognition:GetTextDetection
    sagemaker-featurestore-runtime:ListRecords security-ir:GetCase security-ir:ListCaseEdits
    security-ir:ListComments securityagent:GetArtifact securityagent:ListActorMessages
    ssm:DescribeAutomationStepExecutions ssm:GetAutomationExecution
    ssm:GetMaintenanceWindowExecutionTaskInvocation ssm:ListCommandInvocations
    support:DescribeCases waf-regional:GetSampledRequests waf:GetSampledRequests
    wafv2:GetSampledRequests wisdom:GetRecommendations workdocs:DescribeComments
    xray:GetTraceSummaries
"""
"""
Contents rather than configuration: what people wrote, logged, stored or were told.

The second part does what a sibling in the first does, or in a list of them: the output of commands
and of code, transcripts, cases and comments, requests with their headers, places of devices.
"""

SENSITIVE += """
    resource-explorer-2:Search
"""
"""A read with an effect: the first search of a region may create an index, a view and a role."""

WRITES = """
    cognito-idp:GetUserAttributeVerificationCode
"""
"""They change or send something, and AWS publishes no access level that says so."""

READS = """
    accessanalyzer:CheckAccessNotGranted accessanalyzer:CheckNoNewAccess
    accessanalyzer:CheckNoPublicAccess accessanalyzer:ValidatePolicy
    cloudformation:BatchDescribeTypeConfigurations config:SelectAggregateResourceConfig
    config:SelectResourceConfig glue:QuerySchemaVersionMetadata iam:GenerateCredentialReport
    iam:GenerateOrganizationsAccessReport iam:GenerateServiceLastAccessedDetails
    iam:SimulateCustomPolicy iam:SimulatePrincipalPolicy identitystore:IsMemberInGroups
    lightsail:IsVpcPeered opensearch:CompareDomainConfiguration
    quicksight:BatchDescribeUserLimits route53:TestDNSAnswer
    route53domains:CheckDomainAvailability route53domains:ViewBilling
    sagemaker:BatchDescribeModelPackage sagemaker:QueryLineage
    sns:CheckIfPhoneNumberIsOptedOut wafv2:CheckCapacity

    bcm-pricing-calculator:ListTagsForResource billing:GetResourcePolicy
    glue:DescribeConnectionType glue:DescribeEntity glue:ListConnectionTypes glue:ListEntities
    quicksight:DescribeDataSetPermissions quicksight:DescribeDataSourcePermissions
    quicksight:DescribeKnowledgeBasePermissions quicksight:DescribeSpacePermissions
    quicksight:DescribeTopicPermissions route53globalresolver:ListTagsForResource
    ssm-sap:GetResourcePermission

    cloudwatch:GetResourceMetricsConfiguration cognito-idp:GetUserAuthFactors
    ec2:GetCapacityManagerSupportabilityScores ec2:GetClientVpnEndpointAuthorizationPolicy
    ec2:GetImageFindings ec2:GetNetworkingFlexCostAllocationPolicyVersions
    ec2:GetTransitGatewayAttachmentNatConfiguration fsx:DescribeFileSystemAliases
    glue:BatchGetDataQualityResult glue:BatchGetDataQualityResultV2
    glue:BatchGetDataQualityRulesetEvaluationRun glue:BatchGetIterableForms glue:GetAsset
    glue:GetAssetType glue:GetDataQualityEvaluationConfig glue:GetDataQualityResultV2
    glue:GetFormType glue:GetGlossary glue:GetGlossaryTerm
    glue:GetMaterializedViewRefreshTaskRun keyspaces:GetKeyspace keyspaces:GetTable
    keyspaces:GetTableAutoScalingSettings keyspaces:GetType lakeformation:GetRLSPolicy
    lightsail:GetProfile lightsail:GetSubdomains pricing:GetPriceListFileUrl
    sagemaker:GetEndpointPolicy securityhub:GetFindingStatisticsV2 securityhub:GetFindingsV2
    securityhub:GetRemediationsV2 securityhub:GetSoftwareResourcesV2
    securityhub:GetSoftwareStatisticsV2 securityhub:GetSoftwareV2 sqs:GetQueueUrl wafv2:GetEvent
    wafv2:GetEventActor
"""
"""
Reads that no rule sees: another verb, an access level that speaks of the permissions the answer
is about, no published level, or an address that carries no access.
"""

ACTIONS = {
    # Service Authorization Reference: reads whose IAM action is not named like the operation.
    "accessanalyzer:ListFindingsV2": "ListFindings",
    "s3:GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "s3:GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "s3:GetBucketCors": "GetBucketCORS",
    "s3:GetBucketEncryption": "GetEncryptionConfiguration",
    "s3:GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "s3:GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "s3:GetBucketLifecycle": "GetLifecycleConfiguration",
    "s3:GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "s3:GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "s3:GetBucketNotificationConfiguration": "GetBucketNotification",
    "s3:GetBucketReplication": "GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "s3:HeadBucket": "ListBucket",
    "s3:HeadObject": "GetObject",
    "s3:ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "s3:ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "s3:ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "s3:ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "s3:ListBuckets": "ListAllMyBuckets",
    "s3:ListDirectoryBuckets": "s3express:ListAllMyDirectoryBuckets",
    "s3:ListMultipartUploads": "ListBucketMultipartUploads",
    "s3:ListObjects": "ListBucket",
    "s3:ListObjectsV2": "ListBucket",
    "s3:ListObjectVersions": "ListBucketVersions",
    "s3:ListParts": "ListMultipartUploadParts",
    "s3control:GetPublicAccessBlock": "GetAccountPublicAccessBlock",
}
PREFIXES = {
    # Where the prefix of IAM actions is not the name requests are signed with.
    "cloudcontrol": "cloudformation",
    "cloudwatch": "cloudwatch",
    "iot-data": "iot",
    "iot-jobs-data": "iotjobsdata",
    "iotsecuretunneling": "iot",
    "mturk": "mechanicalturk",
    "partnercentral-account": "partnercentral",
    "partnercentral-benefits": "partnercentral",
    "partnercentral-channel": "partnercentral",
    "partnercentral-marketing": "partnercentral",
    "partnercentral-selling": "partnercentral",
    "resourcegroupstaggingapi": "tag",
}
