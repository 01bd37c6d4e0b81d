//! What AWS's refusals mean, and what to do about them.
//!
//! Codes are those of the services' API models; the advice is from the ECR user guide's troubleshooting pages.

use std::error::Error;

use aws_sdk_ecr::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use domain::evidence::mask;
use domain::problem::{Problem, ProblemKind};

use crate::Aws;

/// What a call was about.
pub(crate) struct About<'a> {
    /// The call in the words of policies: `ecr:CreateRepository`.
    pub(crate) call: &'static str,
    /// The thing by its name; empty where there is none.
    pub(crate) name: &'a str,
    pub(crate) region: &'a str,
    pub(crate) profile: &'a str,
}

impl About<'_> {
    /// The place of a problem.
    pub(crate) fn place(&self) -> String {
        let Self { call, name, region, .. } = self;
        if name.is_empty() { format!("{call} in {region}") } else { format!("{call} {name} in {region}") }
    }
}

pub(crate) fn about<'a>(aws: &'a Aws, call: &'static str, name: &'a str) -> About<'a> {
    About { call, name, region: &aws.region, profile: &aws.profile }
}

/// What a refusal says of the thing that was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It is there already, so there is nothing to do.
    There,
    /// It is not there.
    NotThere,
    /// It holds something.
    NotEmpty,
    /// We may not ask.
    NotAllowed,
    /// Something else, for a person.
    Trouble,
}

/// Sorts a refusal.
pub(crate) fn meaning<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Meaning {
    error.code().map_or(Meaning::Trouble, meaning_of)
}

fn meaning_of(code: &str) -> Meaning {
    match code {
        "RepositoryAlreadyExistsException"
        | "PullThroughCacheRuleAlreadyExistsException"
        | "TemplateAlreadyExistsException"
        | "ResourceExistsException"
        | "ImageAlreadyExistsException"
        | "LayerAlreadyExistsException" => Meaning::There,
        "RepositoryNotFoundException"
        | "PullThroughCacheRuleNotFoundException"
        | "TemplateNotFoundException"
        | "LifecyclePolicyNotFoundException"
        | "ResourceNotFoundException" => Meaning::NotThere,
        "RepositoryNotEmptyException" => Meaning::NotEmpty,
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => Meaning::NotAllowed,
        _ => Meaning::Trouble,
    }
}

/// A refusal, or a call that got no answer, for people.
pub(crate) fn problem<E, R>(error: &SdkError<E, R>, about: &About<'_>) -> Problem
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    match error.code() {
        Some(code) => of_code(code, error.message().unwrap_or_default(), about),
        None => of_chain(&DisplayErrorContext(error).to_string(), about),
    }
}

/// A login that ECR gave and that is none.
pub(crate) fn no_login(about: &About<'_>) -> Problem {
    let why = "The answer does not hold a name and a token.";
    let next = "Check AWS_ENDPOINT_URL: something other than Amazon ECR may answer there.";
    Problem::outside("aws_login", "Amazon ECR gave no login.", why, next).at(about.place())
}

/// One row: AWS's codes, our code, what failed, why, what to do. `{login}` is the line that logs in again, `{call}` and
/// `{name}` are what was asked for.
type Row = (&'static [&'static str], &'static str, &'static str, &'static str, &'static str);

/// What a person has to do about a code. Those that [`meaning_of`] knows are here as well: where they come unexpected.
const ROWS: &[Row] = &[
    (
        &[
            "RepositoryAlreadyExistsException",
            "PullThroughCacheRuleAlreadyExistsException",
            "TemplateAlreadyExistsException",
            "ResourceExistsException",
            "ImageAlreadyExistsException",
            "LayerAlreadyExistsException",
        ],
        "aws_exists",
        "{name} is there already.",
        "Somebody else made it in the meantime.",
        "Run the same command again; it takes what is there.",
    ),
    (
        &["RepositoryNotFoundException"],
        "ecr_no_repository",
        "There is no repository {name}.",
        "Account, region or name are others than where it is, or it was never made.",
        "Compare them with the plan; `sh aws/commands.sh prepare` in the bundle makes what is missing.",
    ),
    (
        &["RepositoryNotEmptyException"],
        "ecr_not_empty",
        "The repository {name} was not removed.",
        "It holds images, and something may name them.",
        "Delete it by hand once nothing does.",
    ),
    (
        &["LimitExceededException", "ServiceQuotaExceededException"],
        "aws_quota",
        "A quota of the AWS account is used up.",
        "To try again does not help.",
        "Have the quota raised under Service Quotas in the AWS console, or remove what is not needed.",
    ),
    (
        &[
            "ThrottlingException",
            "Throttling",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "SlowDown",
        ],
        "aws_throttled",
        "AWS turns requests away for now.",
        "The account makes too many at once, and growing pauses did not help.",
        "Run the same command again in a few minutes; it goes on where it was.",
    ),
    (
        &["ImageTagAlreadyExistsException"],
        "ecr_tag_fixed",
        "The tag is another image's, and the repository {name} does not let tags move.",
        "It was made with immutable tags.",
        "Copy to another tag or prefix, or let tags move in the repository's settings.",
    ),
    (
        &["ImageDigestDoesNotMatchException", "InvalidLayerException"],
        "ecr_bytes_changed",
        "What arrived at Amazon ECR is not what was sent.",
        "The bytes changed on the way, as some proxies do.",
        "Run the same command again; if it happens again, go past the proxy.",
    ),
    (
        &[
            "InvalidLayerPartException",
            "LayerPartTooSmallException",
            "UploadNotFoundException",
            "EmptyUploadException",
        ],
        "ecr_upload",
        "An upload to Amazon ECR came to nothing.",
        "It was interrupted, or another one came between.",
        "Run the same command again; the layer is sent anew.",
    ),
    (
        &["LayersNotFoundException", "LayerInaccessibleException", "ReferencedImagesNotFoundException"],
        "ecr_incomplete",
        "Amazon ECR lacks something that the image {name} names.",
        "It was removed while the image was copied.",
        "Run the same command again; what is missing is sent.",
    ),
    (
        &["ImageArchivedException"],
        "ecr_archived",
        "The image in {name} is archived.",
        "A lifecycle policy moved it to slow storage.",
        "Restore it in Amazon ECR, or copy it again.",
    ),
    (
        &[
            "UnableToGetUpstreamImageException",
            "UnableToGetUpstreamLayerException",
            "UnableToListUpstreamImageReferrersException",
        ],
        "ecr_upstream",
        "The cache cannot fetch from Docker Hub.",
        "The account in its secret is refused there, or its pulls are used up.",
        "Check user name and access token in the secret; `unthrottle quota --username` tells what the account has left.",
    ),
    (
        &["SecretNotFoundException"],
        "ecr_no_secret",
        "The cache's secret is not there.",
        "It has to be in the same account and region, and its name has to begin with ecr-pullthroughcache/.",
        "Make it with `sh aws/commands.sh prepare` from the bundle.",
    ),
    (
        &["UnableToAccessSecretException", "UnableToDecryptSecretValueException"],
        "ecr_secret_closed",
        "Amazon ECR cannot read the cache's secret.",
        "Its policy or its KMS key does not let ECR in, or it holds no value or is to be deleted.",
        "Have it encrypted with aws/secretsmanager, or let AWSServiceRoleForECRPullThroughCache use the key; give it the keys username and accessToken.",
    ),
    (
        &["UnsupportedUpstreamRegistryException"],
        "ecr_cache_not_offered",
        "Amazon ECR has no cache for Docker Hub in this region.",
        "AWS offers it neither in China nor in GovCloud.",
        "Use the remedy ecr-copy there, or another region.",
    ),
    (
        &["KmsException", "KMSInternalException", "EncryptionFailure", "DecryptionFailure"],
        "aws_kms",
        "A key of AWS KMS cannot be used.",
        "It is disabled, or its policy does not let the caller use it.",
        "Check the key that the account sets for new repositories and secrets.",
    ),
    (
        &[
            "ServerException",
            "InternalServiceError",
            "InternalFailure",
            "ServiceUnavailable",
            "ServiceUnavailableException",
        ],
        "aws_fault",
        "AWS failed on its side.",
        "It says so itself.",
        "Run the same command again in a few minutes; status.aws.amazon.com tells of larger troubles.",
    ),
    (
        &[
            "InvalidParameterException",
            "ValidationException",
            "InvalidTagParameterException",
            "InvalidRequestException",
        ],
        "aws_refused_input",
        "AWS does not take what was asked for.",
        "A name or a setting is not allowed there.",
        "Read AWS's own words, and correct the plan's answers.",
    ),
    (
        &["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"],
        "aws_not_allowed",
        "The credentials do not allow {call}.",
        "No policy of the user or role grants it, or one denies it.",
        "Attach aws/policy-prepare.json of the bundle, or let somebody with these rights run the command.",
    ),
    (
        &["BlockedByOrganizationPolicyException"],
        "aws_organisation",
        "The organisation does not allow {call}.",
        "A policy of AWS Organizations denies it for the whole account.",
        "Ask who runs the organisation, or use another account or region.",
    ),
    (
        &[
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "AuthFailure",
            "MissingAuthenticationToken",
        ],
        "aws_credentials_wrong",
        "AWS does not know the credentials.",
        "They were revoked or mistyped, the machine's clock is minutes off, or the region is not enabled for the account.",
        "`aws sts get-caller-identity` tries them; check AWS_PROFILE and the clock.",
    ),
];

/// A login that has ended: everything goes on once there is a new one.
const EXPIRED: [&str; 4] =
    ["ExpiredTokenException", "ExpiredToken", "RequestExpired", "UnauthorizedException"];

fn of_code(code: &str, said: &str, about: &About<'_>) -> Problem {
    if EXPIRED.contains(&code) {
        return expired(about);
    }
    let fill = |text: &str| {
        let name = if about.name.is_empty() { "It" } else { about.name };
        text.replace("{call}", about.call).replace("{name}", name)
    };
    let quoted = if said.is_empty() { String::new() } else { format!(" AWS says: {}", shown(said)) };
    let Some((_, ours, what, why, next)) = ROWS.iter().find(|(codes, ..)| codes.contains(&code)) else {
        let code: String = code.chars().take(80).collect();
        let next = "Read AWS's own words; `aws` on the command line gives the same answer.";
        let why = format!("Its answer is {}.{quoted}", shown(&code));
        return Problem::outside("aws_refused", fill("AWS refuses {call}."), why, next).at(about.place());
    };
    Problem::outside(*ours, fill(what), format!("{}{quoted}", fill(why)), fill(next)).at(about.place())
}

/// A call that AWS has not answered, by the words of the client's errors, from the outermost to the cause.
fn of_chain(chain: &str, about: &About<'_>) -> Problem {
    let has = |parts: &[&str]| parts.iter().any(|part| chain.contains(part));
    let is_login = has(&["SSO", "sso", "Login token", "LoginToken", "login token"]);
    if is_login
        && has(&["xpired", "Unauthorized", "reauthenticate", "failed to load", "failed to read", "refresh"])
        || has(&["ExpiredToken"])
    {
        return expired(about);
    }
    if has(&["no providers in chain provided credentials", "CredentialsNotLoaded"]) {
        let why = "Neither the environment nor AWS's configuration files nor this machine's role give any.";
        let next = format!("Name a profile in AWS_PROFILE, or log in: {}.", log_in(about.profile));
        return Problem::outside("aws_no_credentials", "There are no AWS credentials.", why, next)
            .at(about.place());
    }
    if has(&[
        "ProfileFile",
        "profile file",
        "InvalidConfiguration",
        "was not defined",
        "credential process",
        "CredentialsError",
        "credentials provider",
    ]) {
        let why = format!("AWS's client says: {}", shown(chain));
        let next = "Check AWS_PROFILE and the files ~/.aws/config and ~/.aws/credentials; `aws sts get-caller-identity` tries them.";
        return Problem::outside("aws_credentials", "No AWS credentials could be had.", why, next)
            .at(about.place());
    }
    let why = format!("AWS's client says: {}", shown(chain));
    let next = "Check the network, the region's name and HTTPS_PROXY; a private network needs endpoints for ecr.api and sts.";
    Problem::outside("aws_unreachable", "AWS could not be reached.", why, next).at(about.place())
}

/// Status 4: what is done is kept, and the same command goes on.
fn expired(about: &About<'_>) -> Problem {
    let next = format!(
        "Log in again: {}. Then run the same command again; it goes on where it was.",
        log_in(about.profile)
    );
    Problem {
        kind: ProblemKind::Interrupted,
        ..Problem::outside(
            "aws_login_expired",
            "The AWS login has ended.",
            "Temporary credentials and SSO logins last for some hours.",
            next,
        )
    }
    .at(about.place())
}

fn log_in(profile: &str) -> String {
    format!("`aws sso login --profile {}`", domain::shell::word(profile))
}

/// Text from outside: masked, on one line, and not too much of it.
fn shown(text: &str) -> String {
    let line: String = mask(text).chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> About<'static> {
        About { call: "ecr:CreateRepository", name: "docker-hub/a", region: "eu-west-1", profile: "my ops" }
    }

    /// Every code of the ECR API's error pages that copying or caching can meet.
    #[test]
    fn every_code_is_told_by_its_meaning() {
        for (code, ours, status) in [
            ("RepositoryAlreadyExistsException", "aws_exists", 3),
            ("RepositoryNotFoundException", "ecr_no_repository", 3),
            ("RepositoryNotEmptyException", "ecr_not_empty", 3),
            ("LimitExceededException", "aws_quota", 3),
            ("ThrottlingException", "aws_throttled", 3),
            ("ImageAlreadyExistsException", "aws_exists", 3),
            ("ImageTagAlreadyExistsException", "ecr_tag_fixed", 3),
            ("ImageDigestDoesNotMatchException", "ecr_bytes_changed", 3),
            ("InvalidLayerException", "ecr_bytes_changed", 3),
            ("InvalidLayerPartException", "ecr_upload", 3),
            ("LayerPartTooSmallException", "ecr_upload", 3),
            ("UploadNotFoundException", "ecr_upload", 3),
            ("LayersNotFoundException", "ecr_incomplete", 3),
            ("ReferencedImagesNotFoundException", "ecr_incomplete", 3),
            ("LayerAlreadyExistsException", "aws_exists", 3),
            ("UnableToGetUpstreamImageException", "ecr_upstream", 3),
            ("UnableToGetUpstreamLayerException", "ecr_upstream", 3),
            ("SecretNotFoundException", "ecr_no_secret", 3),
            ("UnableToAccessSecretException", "ecr_secret_closed", 3),
            ("UnableToDecryptSecretValueException", "ecr_secret_closed", 3),
            ("UnsupportedUpstreamRegistryException", "ecr_cache_not_offered", 3),
            ("PullThroughCacheRuleAlreadyExistsException", "aws_exists", 3),
            ("KmsException", "aws_kms", 3),
            ("ServerException", "aws_fault", 3),
            ("InvalidParameterException", "aws_refused_input", 3),
            ("ValidationException", "aws_refused_input", 3),
            ("AccessDeniedException", "aws_not_allowed", 3),
            ("UnrecognizedClientException", "aws_credentials_wrong", 3),
            ("ExpiredTokenException", "aws_login_expired", 4),
            ("ExpiredToken", "aws_login_expired", 4),
            ("SomethingNewException", "aws_refused", 3),
        ] {
            let problem = of_code(code, "no\nuser: arn:aws:iam::111122223333:user/x", &at());
            assert_eq!((problem.code.as_str(), problem.kind.exit_status()), (ours, status), "{code}");
            let texts = [&problem.what, &problem.why, &problem.next];
            assert!(texts.iter().all(|text| !text.is_empty() && !text.contains(['{', '\n'])), "{problem:?}");
            assert_eq!(problem.place, "ecr:CreateRepository docker-hub/a in eu-west-1");
        }
    }

    #[test]
    fn no_code_has_two_rows() {
        let codes: Vec<&str> =
            ROWS.iter().flat_map(|(codes, ..)| codes.iter().copied()).chain(EXPIRED).collect();
        let once: std::collections::BTreeSet<&str> = codes.iter().copied().collect();
        assert_eq!(once.len(), codes.len());
    }

    #[test]
    fn a_call_without_an_answer_is_told_by_its_cause() {
        for (chain, code) in [
            (
                "dispatch failure: other: the SSO token has expired and cannot be refreshed",
                "aws_login_expired",
            ),
            ("an error occurred while loading credentials: failed to load SSO token", "aws_login_expired"),
            ("unhandled error: cached Login token is expired", "aws_login_expired"),
            (
                "the credential provider was not enabled: no providers in chain provided credentials",
                "aws_no_credentials",
            ),
            ("could not read the ProfileFile: profile `x` was not defined", "aws_credentials"),
            ("dispatch failure: io error: error trying to connect: tcp connect error", "aws_unreachable"),
        ] {
            let problem = of_chain(chain, &at());
            assert_eq!(problem.code, code, "{chain}");
        }
        let problem = of_chain("SSO token expired", &at());
        assert!(problem.next.contains("aws sso login --profile 'my ops'"), "{problem:?}");
        assert_eq!(problem.kind.exit_status(), 4);
    }

    #[test]
    fn what_is_there_or_not_there_is_no_trouble() {
        assert_eq!(meaning_of("RepositoryAlreadyExistsException"), Meaning::There);
        assert_eq!(meaning_of("ResourceNotFoundException"), Meaning::NotThere);
        assert_eq!(meaning_of("AccessDeniedException"), Meaning::NotAllowed);
        assert_eq!(meaning_of("KmsException"), Meaning::Trouble);
    }
}
