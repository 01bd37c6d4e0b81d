//! `README.md` of a bundle that brings a Docker Hub account in.

use domain::diagnosis::Scan;
use domain::plan::{Op, Plan, PullSecret};
use domain::rollout::Pulls;

use super::account::{self, Make};
use super::readme::{Text, code, lists, plain};
use super::{commands, external_secrets, pace};

/// The whole text.
pub(super) fn write(plan: &Plan, scan: &Scan) -> String {
    let mut text = Text::default();
    text.heading(1, "A Docker Hub account for the cluster");
    text.paragraph(&plain(&plan.summary));
    let made = format!(
        "Made for {} as it was seen at {}. Plan {}.",
        code(&plan.cluster_name),
        plan.scanned_at,
        code(&plan.digest)
    );
    text.paragraph(&made);
    match &plan.pull_secret {
        Some(secret) => {
            before(plan, secret, &mut text);
            pace::cost(plan, &mut text);
            apply(plan, secret, &mut text);
            verify(plan, scan, &mut text);
            rotate(plan, &mut text);
            take_back(plan, secret, &mut text);
            other_ways(plan, scan, &mut text);
        }
        None => {
            text.heading(2, "Nothing has to be applied");
            text.paragraph("This bundle changes no object. It keeps the evidence and what was considered.");
        }
    }
    pace::left_running(plan, &mut text);
    found(plan, &mut text);
    lists(plan, &mut text, "What the account does not reach");
    contents(plan, &mut text);
    text.0
}

fn before(plan: &Plan, secret: &PullSecret, text: &mut Text) {
    text.heading(2, "Before you apply");
    text.paragraph(
        "You need an account with a paid Docker plan and an access token of it that may read, with its expiry noted \
         somewhere. For an organisation's token the user name is the organisation's name. Test it first, which costs no \
         pull: the answer has to be 200 and hold no line with ratelimit-limit. Such a line means that the account has a \
         limit; 401 means that it is wrong. `unthrottle quota --username NAME --password-stdin` asks the same. Copy the block as a whole, and give the token when it asks.",
    );
    let mut lines = vec!["(".to_owned(), "  set -eu".to_owned()];
    lines.extend(account::ask(secret));
    lines.extend(
        [
            "  bearer=$(printf 'user = \"%s:%s\"\\n' \"$user\" \"$token\" | curl -fsS -K - \
             'https://auth.docker.io/token?service=registry.docker.io&scope=repository:ratelimitpreview/test:pull' | \
             sed -n 's/.*\"token\":\"\\([^\"]*\\)\".*/\\1/p')",
            "  printf 'header = \"Authorization: Bearer %s\"\\n' \"$bearer\" | curl -sSI -K - \
             https://registry-1.docker.io/v2/ratelimitpreview/test/manifests/latest | grep -i -e '^HTTP' -e '^ratelimit'",
            ")",
        ]
        .map(str::to_owned),
    );
    text.shell(&lines);
    let rights = account::rights(plan);
    if !rights.is_empty() {
        text.paragraph(
            "Reading was all that this plan needed; applying it needs more. These lines change nothing and print yes or no \
             for each right. With a no, hand this folder to somebody who may.",
        );
        text.shell(&rights);
    }
}

fn apply(plan: &Plan, secret: &PullSecret, text: &mut Text) {
    text.heading(2, "Apply");
    text.paragraph(&format!(
        "Run these in this folder, in this order; `sh commands.sh apply` runs the same lines and stops at the first \
         failure.{}",
        if plan.context.is_some() {
            ""
        } else {
            " They use kubectl's current context: make sure that it is the right cluster."
        }
    ));
    let make = account::make(plan, Make::New);
    if make.is_empty() {
        text.paragraph(&format!("The secret {} was made before, in every namespace.", code(&secret.name)));
    } else {
        text.paragraph(&format!(
            "First the secret {}, once in each namespace. Copy the block as a whole; it asks for {} once and hands it to \
             kubectl on standard input, so it is in no file, no history and no list of processes. If a line says that \
             the secret already exists, an earlier try made it (then use the block under Rotation), or somebody else did \
             (then plan again with another `secret-name`).",
            code(&secret.name),
            if secret.username.is_some() { "the token" } else { "user name and token" }
        ));
        text.shell(&make);
    }
    let changes = commands::changes(plan);
    if !changes.is_empty() {
        text.paragraph(
            "Then what names it. Each patch tests what it adds to, so a line that fails has changed nothing: the list is \
             no longer as it was, and a new plan is needed. Pods are deleted one after another, only while they still \
             wait for an image.",
        );
        text.shell(&changes);
    }
    let steps = plan.steps.iter();
    text.items(steps.map(|step| format!("{}: {}", code(&step.target.label()), plain(&step.says))));
}

fn verify(plan: &Plan, scan: &Scan, text: &mut Text) {
    text.heading(2, "Verify");
    text.paragraph(
        "These print which secrets each account and template names, then each pod with its phase and the secrets it \
         carries: new pods carry ours and run. A pod that runs from before keeps what it was made with, and needs \
         nothing. `unthrottle verify .` looks at the same and judges it; `sh commands.sh verify` runs these lines.",
    );
    text.shell(&commands::verify(plan, scan));
}

fn rotate(plan: &Plan, text: &mut Text) {
    let lines = account::make(plan, Make::Again);
    if lines.is_empty() {
        return;
    }
    text.heading(2, "Rotation");
    text.paragraph(
        "Before the token expires, or when it was seen by somebody: make a new one at Docker Hub, run this block (or `sh \
         commands.sh rotate`), then revoke the old one. Nothing has to be restarted; pods that wait use the new login at \
         their next try. Once a token has expired every pull with it fails, since the kubelet does not go back to \
         pulling without one.",
    );
    text.shell(&lines);
}

fn take_back(plan: &Plan, secret: &PullSecret, text: &mut Text) {
    text.heading(2, "Take it back");
    text.paragraph(&format!(
        "These lines take exactly {} out of each list, in reverse order, and delete the secrets last; other entries stay. \
         Afterwards Docker Hub counts by address again. Pods that were made meanwhile keep its name and pull \
         without it. `sh commands.sh rollback` runs the same.",
        code(&secret.name)
    ));
    if let Some(warning) = plan.pulls.as_ref().and_then(Pulls::warning) {
        text.paragraph(&plain(&warning));
    }
    text.shell(&commands::take_back(plan));
}

fn other_ways(plan: &Plan, scan: &Scan, text: &mut Text) {
    text.heading(2, "Other ways to bring the login in");
    let external = external_secrets::are_offered(plan, scan).then(|| {
        let seen = match &scan.inventory.external_secrets {
            Some(_) => "This cluster has External Secrets: take these",
            None => "Files do not tell whether the cluster has External Secrets. If it has, take these",
        };
        format!(
            "{}: {seen} instead of the first block where your other secrets come from a store too. A new token is then \
             put into the store and nowhere else. Read what each file says about its store, then `kubectl apply \
             --server-side -f {}`, wait until `kubectl get externalsecrets -A` says SecretSynced, and go on with the \
             patches. To take it back, delete these objects in place of the secrets.",
            code(external_secrets::FOLDER),
            external_secrets::FOLDER
        )
    });
    let nodes =
        format!("{}: the login on the nodes, for pods that can use no secret.", code(account::ON_NODES));
    text.items(external.into_iter().chain([nodes]));
}

/// What pull secrets that are there already do to ours.
fn found(plan: &Plan, text: &mut Text) {
    if plan.found_secrets.is_empty() {
        return;
    }
    text.heading(2, "Pull secrets that are there already");
    text.paragraph(
        "Each was read once, by its name, and none is edited. No login of theirs is in this folder.",
    );
    text.items(plan.found_secrets.iter().map(|found| {
        let keys: Vec<String> = found.keys.iter().map(|key| code(key)).collect();
        let keys = if keys.is_empty() { String::new() } else { format!(" ({})", keys.join(", ")) };
        let instead = found.instead.as_deref().map(|text| format!(" {}", plain(text))).unwrap_or_default();
        format!(
            "{}{keys}, named by {}: {}{instead}",
            code(&found.secret),
            plain(&found.named_by.join(", ")),
            plain(&found.says)
        )
    }));
}

fn contents(plan: &Plan, text: &mut Text) {
    text.heading(2, "In this folder");
    let patches = plan.steps.iter().any(|step| step.op == Op::Patch);
    let rows = [
        (true, "`plan.json`: the plan, for `unthrottle` and for other programs; no login is in it"),
        (
            true,
            "`report.html`, `report.json`: the verdict, its evidence and every change; opens without network",
        ),
        (patches, "`kubernetes/patches/`: one JSON patch for each object, in order"),
        (patches, "`rollback/`: the inverse of every patch"),
        (true, "`commands.sh`: the lines above, for kubectl alone"),
    ];
    text.items(rows.into_iter().filter(|(there, _)| *there).map(|(_, row)| row.to_owned()));
}
