//! `aws/commands.sh`: everything in ECR with the AWS command line, copies with skopeo.

use domain::image::ImageReference;
use domain::plan::{Copy, EcrSide, EcrWay, Plan};
use domain::shell::{line, word};

/// The whole script. Running a part twice does no harm: what is there already is left as it is.
pub(super) fn write(plan: &Plan, ecr: &EcrSide) -> String {
    let head = format!(
        "#!/bin/sh\n\
         # Makes in Amazon ECR what the plan beside this folder needs. Asks for the aws command line{tools}.\n\
         # Plan {digest}\n\
         set -eu\n\
         account={account}\n\
         region={region}\n\
         host={host}\n\
         \n\
         right_account() {{\n\
         \x20 found=$(aws sts get-caller-identity --query Account --output text)\n\
         \x20 if [ \"$found\" != \"$account\" ]; then\n\
         \x20   echo \"These credentials are of account $found, the plan is for $account.\" >&2\n\
         \x20   exit 3\n\
         \x20 fi\n\
         }}\n",
        tools = if ecr.way == EcrWay::Copy { ", and skopeo to copy" } else { "" },
        digest = plan.digest,
        account = word(ecr.registry.account()),
        region = word(ecr.registry.region()),
        host = word(&ecr.host),
    );
    let (body, parts) = match ecr.way {
        EcrWay::Copy => (copying(plan, ecr), "prepare|copy|rights ROLE|remove"),
        EcrWay::Cache => (caching(ecr), "prepare|rights ROLE|remove"),
    };
    let choices = parts.replace(" ROLE", "").replace('|', " | ");
    format!(
        "{head}\n{body}\n\
         # Gives the role of the nodes what they need to pull, as a policy of its own.\n\
         rights() {{\n\
         \x20 aws iam put-role-policy --role-name \"$1\" --policy-name pull-docker-hub-copies \\\n\
         \x20   --policy-document \"file://$(dirname \"$0\")/policy-nodes.json\"\n\
         }}\n\
         \n\
         case \"${{1-}}\" in\n\
         \x20 {choices})\n\
         \x20   if [ \"$1\" = rights ] && [ -z \"${{2-}}\" ]; then\n\
         \x20     echo \"Name the role: sh aws/commands.sh rights ROLE\" >&2\n\
         \x20     exit 2\n\
         \x20   fi\n\
         \x20   right_account\n\
         \x20   \"$@\"\n\
         \x20   ;;\n\
         \x20 *)\n\
         \x20   echo \"usage: sh aws/commands.sh {parts}\" >&2\n\
         \x20   exit 2\n\
         \x20   ;;\n\
         esac\n"
    )
}

fn copying(plan: &Plan, ecr: &EcrSide) -> String {
    let repositories: String =
        ecr.repositories.iter().map(|name| format!("  {}\n", line(&["repository", name]))).collect();
    let copies: String = plan.copies.iter().flat_map(lines).map(|line| format!("  {line}\n")).collect();
    let part = if copies.contains("  part ") { PART } else { "" };
    let tag = if copies.contains("  tag ") { TAG } else { "" };
    format!(
        "repository() {{\n\
         \x20 aws ecr describe-repositories --region \"$region\" --repository-names \"$1\" >/dev/null 2>&1 ||\n\
         \x20   aws ecr create-repository --region \"$region\" --repository-name \"$1\" \\\n\
         \x20     --tags Key=made-by,Value=unthrottle >/dev/null\n\
         \x20 echo \"$1\"\n\
         }}\n\
         \n\
         # All platforms and the same bytes, so that digests stay what they are.\n\
         one() {{\n\
         \x20 skopeo copy --all --preserve-digests \"docker://$1\" \"docker://$2\"\n\
         }}\n\
         \n\
         {part}{tag}\
         # No lifecycle policy is set: a rule that expires images does not know which of them a pod will need again.\n\
         prepare() {{\n{repositories}}}\n\
         \n\
         # Every image costs one Docker Hub pull, and one more per platform where it has several. To copy with an\n\
         # account: skopeo login docker.io\n\
         copy() {{\n\
         \x20 aws ecr get-login-password --region \"$region\" | skopeo login --username AWS --password-stdin \"$host\"\n\
         {copies}}}\n\
         \n\
         # Copies are kept: something outside of the plan may name them by now.\n\
         remove() {{\n\
         \x20 echo \"Delete a repository when nothing names it any more:\"\n\
         \x20 echo \"aws ecr delete-repository --region $region --force --repository-name NAME\"\n\
         }}\n"
    )
}

/// skopeo takes one platform or all of them.
const PART: &str = "# One platform only, which is what the nodes have.\n\
    part() {\n\
    \x20 skopeo --override-os \"$1\" --override-arch \"$2\" copy --preserve-digests \"docker://$3\" \"docker://$4\"\n\
    }\n\
    \n";

const TAG: &str = "# A further name for a copy: this costs no pull at Docker Hub.\n\
    tag() {\n\
    \x20 skopeo copy --all --preserve-digests \"docker://$1\" \"docker://$2\"\n\
    }\n\
    \n";

/// The lines of one copy. skopeo knows no reference with a tag and a digest, and has to push to a tag.
fn lines(copy: &Copy) -> Vec<String> {
    let without_digest = |text: &str| text.split('@').next().unwrap_or(text).to_owned();
    let source = match (&copy.digest, copy.source.parse::<ImageReference>()) {
        (Some(digest), Ok(image)) => format!("{}@{digest}", image.repository()),
        _ => without_digest(&copy.source),
    };
    let names = std::iter::once(&copy.target).chain(&copy.also).filter(|name| !name.contains('@'));
    let mut names: Vec<&str> = names.map(String::as_str).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let first = names.remove(0);
    let platform: Vec<&str> = match copy.platforms.as_slice() {
        [only] => only.split('/').take(2).collect(),
        _ => Vec::new(),
    };
    let copied = match platform.as_slice() {
        [os, architecture] => line(&["part", os, architecture, &source, first]),
        _ => line(&["one", &source, first]),
    };
    std::iter::once(copied).chain(names.into_iter().map(|name| line(&["tag", first, name]))).collect()
}

fn caching(ecr: &EcrSide) -> String {
    format!(
        "secret={secret}\n\
         prefix={prefix}\n\
         \n\
         # User name and access token, a line each. Neither is an argument of any program, so no list of processes shows\n\
         # them; printf is the shell's own.\n\
         account_as_json() {{\n\
         \x20 if [ -t 0 ]; then\n\
         \x20   printf 'Docker Hub user name (organisation name for an organisation token): ' >&2\n\
         \x20   read -r user\n\
         \x20   printf 'Access token: ' >&2\n\
         \x20   trap 'stty echo' EXIT\n\
         \x20   stty -echo\n\
         \x20   read -r token\n\
         \x20   echo >&2\n\
         \x20 else\n\
         \x20   read -r user\n\
         \x20   read -r token\n\
         \x20 fi\n\
         \x20 case \"$user$token\" in\n\
         \x20   *[!A-Za-z0-9_.@+-]*)\n\
         \x20     echo \"A user name or an access token holds letters, digits and _ . @ + - only.\" >&2\n\
         \x20     exit 2\n\
         \x20     ;;\n\
         \x20 esac\n\
         \x20 printf '{{\"username\":\"%s\",\"accessToken\":\"%s\"}}' \"$user\" \"$token\"\n\
         }}\n\
         \n\
         # Whether AWS has it. One that may not be looked at is made, and the refusal seen.\n\
         has() {{\n\
         \x20 found=$(\"$@\" --region \"$region\" --output text 2>/dev/null) && [ -n \"$found\" ] && [ \"$found\" != None ]\n\
         }}\n\
         \n\
         prepare() {{\n\
         \x20 if has aws secretsmanager describe-secret --secret-id \"$secret\" --query DeletedDate; then\n\
         \x20   aws secretsmanager restore-secret --region \"$region\" --secret-id \"$secret\" >/dev/null\n\
         \x20 fi\n\
         \x20 if ! has aws secretsmanager describe-secret --secret-id \"$secret\" --query ARN; then\n\
         \x20   json=$(account_as_json)\n\
         \x20   printf '%s' \"$json\" |\n\
         \x20     aws secretsmanager create-secret --region \"$region\" --name \"$secret\" --secret-string file:///dev/stdin >/dev/null\n\
         \x20 fi\n\
         \x20 arn=$(aws secretsmanager describe-secret --region \"$region\" --secret-id \"$secret\" --query ARN --output text)\n\
         \x20 has aws ecr describe-repository-creation-templates --prefixes \"$prefix\" --query 'repositoryCreationTemplates[0].prefix' ||\n\
         \x20   aws ecr create-repository-creation-template --region \"$region\" --prefix \"$prefix\" \\\n\
         \x20     --applied-for PULL_THROUGH_CACHE >/dev/null\n\
         \x20 if ! has aws ecr describe-pull-through-cache-rules --ecr-repository-prefixes \"$prefix\" \\\n\
         \x20   --query 'pullThroughCacheRules[0].upstreamRegistryUrl'; then\n\
         \x20   aws ecr create-pull-through-cache-rule --region \"$region\" --ecr-repository-prefix \"$prefix\" \\\n\
         \x20     --upstream-registry-url registry-1.docker.io --credential-arn \"$arn\" >/dev/null\n\
         \x20 elif [ \"$found\" != registry-1.docker.io ]; then\n\
         \x20   echo \"The prefix $prefix is a cache of $found already: make the plan with another prefix.\" >&2\n\
         \x20   exit 1\n\
         \x20 fi\n\
         \x20 valid=$(aws ecr validate-pull-through-cache-rule --region \"$region\" --ecr-repository-prefix \"$prefix\" \\\n\
         \x20   --query isValid --output text)\n\
         \x20 if [ \"$valid\" != True ]; then\n\
         \x20   aws ecr validate-pull-through-cache-rule --region \"$region\" --ecr-repository-prefix \"$prefix\" --query failure >&2\n\
         \x20   exit 1\n\
         \x20 fi\n\
         \x20 echo \"$host/$prefix pulls from Docker Hub.\"\n\
         }}\n\
         \n\
         # Cached repositories are kept: something outside of the plan may name them by now.\n\
         remove() {{\n\
         \x20 aws ecr delete-pull-through-cache-rule --region \"$region\" --ecr-repository-prefix \"$prefix\" >/dev/null\n\
         \x20 aws ecr delete-repository-creation-template --region \"$region\" --prefix \"$prefix\" >/dev/null\n\
         \x20 aws secretsmanager delete-secret --region \"$region\" --secret-id \"$secret\" --recovery-window-in-days 7 >/dev/null\n\
         }}\n",
        secret = word(ecr.secret_name.as_deref().unwrap_or_default()),
        prefix = word(&ecr.prefix),
    )
}
