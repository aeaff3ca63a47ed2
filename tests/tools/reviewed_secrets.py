"""
What a person decided about single members of answers, for ``secret_members.py``.

Names decide about nearly all (``aws/answers/secrets/names.py``). These lists overrule them, each
for a reason that a reviewer can check in the API reference. A member that no model of a read has
is an error, so that no line outlives what it was written for.
"""

from __future__ import annotations

ALWAYS = """
    ApiKey.value UsagePlanKey.value
    OriginCustomHeader.HeaderValue CustomHTTPHeader.Value
    VirtualMFADevice.Base32StringSeed VirtualMFADevice.QRCodePNG
    Certificate.CertificateWallet
    S3Storage.UploadPolicy S3Storage.UploadPolicySignature
    LicenseInfo.vsanKey
    OtaaV1_0_x.AppKey OtaaV1_0_x.GenAppKey OtaaV1_1.AppKey OtaaV1_1.NwkKey
    SessionKeysAbpV1_0_x.AppSKey SessionKeysAbpV1_0_x.NwkSKey
    SessionKeysAbpV1_1.AppSKey SessionKeysAbpV1_1.FNwkSIntKey SessionKeysAbpV1_1.NwkSEncKey
    SessionKeysAbpV1_1.SNwkSIntKey
    DiscoveredDeviceSummary.AuthenticationMaterial GetManagedThingResponse.DeviceSpecificKey
    User.PersonalPIN User.inviteCode
    StaticKeyProvider.StaticKeyValue StaticKeySettings.StaticKeyValue HlsAkamaiSettings.Salt
    RegisteredMCPServerSigV4Details.customHeaders HarnessRemoteMcpConfig.headers
    HttpParameters.HeaderParameters PipeTargetHttpParameters.HeaderParameters
    PipeEnrichmentHttpParameters.HeaderParameters
    PrivateKeyJwtConfig.additionalHeaderClaims
    AgreementEntitlement.registrationToken WorkspaceDirectory.RegistrationCode
    OutputDestinationSettings.StreamName
    CreditCode.AwsCreditCode NexGuardFileMarkerSettings.License
    CmafIngestAbWatermarkerIrdetoSettings.License MediaPackageV2AbWatermarkerIrdetoSettings.License
    Webhook.webhookUrl WebhookDetails.WebhookUrl LiveConnectorRTMPConfiguration.Url
    RemoteAccessEndpoints.remoteDriverEndpoint RemoteAccessEndpoints.interactiveEndpoint
"""
"""
Secrets under other names: keys of gateways, of devices and of streams, seeds, headers that an
origin knows its distribution by, addresses at which whoever knows them may write.
"""

NEVER = """
    ProcessDetails.Pwd
    VirtualGatewayListenerTlsFileCertificate.privateKey ListenerTlsFileCertificate.privateKey
    CookieMatchPattern.ExcludedCookies CookieMatchPattern.IncludedCookies
    DnsVerification.token HttpVerification.token DescribeLocationObjectStorageResponse.AccessKey
    PatternToken.tokenString IpamExternalResourceVerificationToken.TokenValue
    DkimAttributes.Tokens
    ListTypeRegistrationsOutput.RegistrationTokenList GetPolicyOutput.token
    RuleExecution.token ActionExecution.token
    ListRecordsResponse.SyncSessionToken GetTermForReportResponse.termToken
    SecretsManagerAccessTokenConfiguration.SecretStringKey
    ResaleAuthorizationSummary.SourceAuthorization
    Authorization.CdnIdentifierSecret
    MpdSettings.CertificateSecret Mp4Settings.CertificateSecret CmfcSettings.CertificateSecret
    RegistryCredential.credential AwsCodeBuildProjectEnvironmentRegistryCredential.Credential
    ImageConfiguration.RuntimeEnvironmentSecrets CodeConfigurationValues.RuntimeEnvironmentSecrets
    AuthorizerDescription.tokenSigningPublicKeys RegisteredInstance.SqlServerCredentials
"""
"""
No secrets in spite of their names: a working directory, paths of files, names of cookies and of
secrets, public keys, what stands in the DNS, ids of keys, of operations and of steps that
IAM protects.
"""
