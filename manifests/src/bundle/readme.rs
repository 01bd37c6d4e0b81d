//! `README.md`: for a person who never saw the wizard.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use domain::cortex::change_command;
use domain::diagnosis::Scan;
use domain::facts::CortexFileKind;
use domain::image::ImageReference;
use domain::plan::{ImageProof, Plan, ProofState};
use domain::ports::InputFile;
use domain::remedy::RemedyKind;
use domain::rollout::Pulls;

use super::{account_readme, cluster_wide, commands, ecr, overlay, owners, pace};

/// The whole text.
pub(super) fn write(plan: &Plan, scan: &Scan, patched: &[InputFile]) -> String {
    if plan.remedy == RemedyKind::HubAccount {
        return account_readme::write(plan, scan);
    }
    let mut text = Text::default();
    text.heading(1, &format!("From Docker Hub to {}", plan.place()));
    text.paragraph(&plain(&plan.summary));
    let made = format!(
        "Made for {} as it was seen at {}. Plan {}.",
        code(&plan.cluster_name),
        plan.scanned_at,
        code(&plan.digest)
    );
    text.paragraph(&made);
    if plan.change_needed {
        before(plan, &mut text);
        pace::cost(plan, &mut text);
        apply(plan, scan, patched, &mut text);
        verify(plan, scan, &mut text);
        take_back(plan, patched, &mut text);
        cluster_wide::section(plan, scan, &mut text);
    } else {
        text.heading(2, "Nothing has to be applied");
        text.paragraph(
            "This bundle changes no file and no object. It keeps the evidence and what was considered.",
        );
    }
    pace::left_running(plan, &mut text);
    owners::section(plan, &mut text);
    lists(plan, &mut text, "What still comes from Docker Hub");
    contents(plan, patched, &mut text);
    text.0
}

fn before(plan: &Plan, text: &mut Text) {
    text.heading(2, "Before you apply");
    match &plan.ecr {
        Some(ecr) => ecr::section(plan, ecr, text),
        None => proofs(plan, text),
    }
}

/// What registries proved, and lines for what is still open.
fn proofs(plan: &Plan, text: &mut Text) {
    let of = |state| plan.proofs.iter().filter(move |proof| proof.state == state);
    let item = |proof: &ImageProof| {
        format!("{} for {}: {}", code(&proof.target), code(&proof.image), plain(&proof.says))
    };
    if of(ProofState::Same).next().is_some() {
        text.paragraph(
            "Registries were asked when the plan was made, Docker Hub in a way that counts no pull. These names are the same \
             image:",
        );
        text.items(of(ProofState::Same).map(item));
    }
    if of(ProofState::OtherBuild).next().is_some() {
        text.paragraph("These are there under the same name and tag, as another build:");
        text.items(of(ProofState::OtherBuild).map(item));
    }
    let check = |proof: &ImageProof| {
        let image: ImageReference = proof.target.parse().ok()?;
        Some(format!("curl -sI {} | head -n 1", domain::shell::word(&image.manifest_url())))
    };
    let open: BTreeSet<String> = of(ProofState::NotAsked).filter_map(check).collect();
    if !open.is_empty() {
        text.paragraph(
            "Whether these are still there is not known. Each line has to answer with 200; if one does not, leave its image \
             out.",
        );
        text.shell(&open.into_iter().collect::<Vec<_>>());
    }
}

fn apply(plan: &Plan, scan: &Scan, patched: &[InputFile], text: &mut Text) {
    text.heading(2, "Apply");
    let lines = commands::apply(plan);
    if !lines.is_empty() {
        text.paragraph(&format!(
            "Run these in this folder, in this order; `sh commands.sh apply` runs the same lines and stops at the first \
             failure. Each patch tests what it replaces, so a line that fails has changed nothing: the object is no \
             longer as it was, and a new plan is needed.{}",
            if plan.context.is_some() { "" } else { " They use kubectl's current context: make sure that it is the right cluster." }
        ));
        text.shell(&lines);
        text.items(
            plan.steps.iter().map(|step| format!("{}: {}", code(&step.target.label()), plain(&step.says))),
        );
    }
    if patched.is_empty() {
        return;
    }
    let count = patched.len();
    text.paragraph(&format!(
        "{count} given file{} change{}. Take them from `patched/`, or run `git apply diff.patch` (or `patch -p1 < \
         diff.patch`) in the folder that holds them.",
        if count == 1 { "" } else { "s" },
        if count == 1 { "s" } else { "" }
    ));
    let is = |kind| {
        move |file: &&InputFile| {
            scan.inventory.cortex_files.iter().any(|cortex| cortex.kind == kind && cortex.file == file.name)
        }
    };
    for file in patched.iter().filter(is(CortexFileKind::ApiSpecs)) {
        text.paragraph(&format!(
            "Deploy APIs with {}: Cortex then replaces their pods.",
            code(&format!("cortex deploy {}", file.name))
        ));
    }
    if let (Some(version), Some(_)) =
        (plan.cortex_version, patched.iter().find(is(CortexFileKind::ClusterConfig)))
    {
        text.paragraph(&format!(
            "A new cluster takes the patched cluster configuration at cluster up. For one that runs, read the risks below \
             before you use {}.",
            code(change_command(version))
        ));
    }
    if plan.edits.iter().any(|edit| edit.file.is_some() && edit.object.is_some()) && has_overlay(scan) {
        text.paragraph(&format!(
            "Manifests can also stay as they are: {} prints them with the new images.",
            code(&format!("kubectl kustomize {}", overlay::FOLDER))
        ));
    }
}

fn has_overlay(scan: &Scan) -> bool {
    scan.inventory.workloads.iter().any(|w| w.origin.as_ref().is_some_and(|origin| !origin.live))
}

fn verify(plan: &Plan, scan: &Scan, text: &mut Text) {
    text.heading(2, "Verify");
    let lines = commands::verify(plan, scan);
    if lines.is_empty() {
        text.paragraph("Once the files are in use, `unthrottle verify .` in this folder says where each pod's images came from.");
        return;
    }
    text.paragraph(
        &format!("The first lines wait until new pods run, the others print which image each container names and which one its \
         node has: both begin with {} for everything in this plan, save that a node may tell bytes it had already by their \
         old name. `unthrottle verify .` does the same and judges it; `sh commands.sh verify` runs these lines.", plan.hosts()),
    );
    text.shell(&lines);
}

fn take_back(plan: &Plan, patched: &[InputFile], text: &mut Text) {
    text.heading(2, "Take it back");
    let lines = commands::take_back(plan);
    text.paragraph("Afterwards the cluster pulls from Docker Hub again, and its limit counts again.");
    if let Some(warning) = plan.pulls.as_ref().and_then(Pulls::warning) {
        text.paragraph(&plain(&warning));
    }
    if !lines.is_empty() {
        text.paragraph(
            "These lines undo each change in reverse order and touch nothing else of the objects; `sh commands.sh \
             rollback` runs the same.",
        );
        text.shell(&lines);
    }
    if !patched.is_empty() {
        text.paragraph("The given files as they were are in `rollback/files/`.");
    }
    if plan.ecr.is_some() {
        text.paragraph(&format!(
            "What was made in ECR is kept until you take it away, once nothing pulls from it any more: {}.",
            code(&ecr::remove_line())
        ));
    }
}

pub(super) fn lists(plan: &Plan, text: &mut Text, left: &str) {
    if plan.out_of_reach().next().is_some() {
        text.heading(2, left);
        text.items(plan.out_of_reach().map(|left| {
            format!(
                "{}, used by {}. {} Instead: {}",
                code(&left.image),
                plain(&left.place),
                plain(&left.why),
                plain(&left.instead)
            )
        }));
    }
    if !plan.refused.is_empty() {
        text.heading(2, "Left alone");
        text.items(
            plan.refused.iter().map(|refused| format!("{}: {}", code(&refused.place), plain(&refused.why))),
        );
    }
    if !plan.risks.is_empty() {
        text.heading(2, "What to know before");
        text.items(plan.risks.iter().map(|risk| format!("{} {}", plain(&risk.what), plain(&risk.why))));
    }
    if !plan.not_seen.is_empty() {
        text.heading(2, "What could not be seen");
        text.items(
            plan.not_seen
                .iter()
                .map(|gap| format!("{}: {} {}", plain(&gap.what), plain(&gap.why), plain(&gap.effect))),
        );
    }
    if !plan.unchanged.is_empty() {
        text.heading(2, "Given files that do not change");
        text.items(plan.unchanged.iter().map(|name| code(name)));
    }
}

fn contents(plan: &Plan, patched: &[InputFile], text: &mut Text) {
    text.heading(2, "In this folder");
    let files = !patched.is_empty();
    let steps = !plan.steps.is_empty();
    let rows = [
        (true, "`plan.json`: the plan, for `unthrottle` and for other programs"),
        (
            true,
            "`report.html`, `report.json`: the verdict, its evidence and every change; opens without network",
        ),
        (files, "`patched/`, `diff.patch`: the changed files, and the same as one patch"),
        (steps, "`kubernetes/patches/`: one JSON patch for each object, in order"),
        (files || steps, "`rollback/`: the originals, and the inverse of every patch"),
        (!plan.owners.is_empty(), "`owners/`: the change for everyone who would write an object again"),
        (plan.ecr.is_some(), "`aws/`: what Amazon ECR needs, as commands, as Terraform, and as least rights"),
        (true, "`commands.sh`: the lines above, for kubectl alone"),
    ];
    text.items(rows.into_iter().filter(|(there, _)| *there).map(|(_, row)| row.to_owned()));
}

/// Markdown while it is written.
#[derive(Default)]
pub(super) struct Text(pub(super) String);

impl Text {
    pub(super) fn heading(&mut self, level: usize, heading: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        let _ = writeln!(self.0, "{} {heading}", "#".repeat(level));
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        let _ = writeln!(self.0, "\n{text}");
    }

    pub(super) fn items(&mut self, items: impl Iterator<Item = String>) {
        self.0.push('\n');
        for item in items {
            let _ = writeln!(self.0, "- {item}");
        }
    }

    /// A fenced block that nothing inside of it can end.
    pub(super) fn shell(&mut self, lines: &[String]) {
        let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
        let fence = "`".repeat(3.max(longest + 1));
        let _ = writeln!(self.0, "\n{fence}sh\n{}\n{fence}", lines.join("\n"));
    }
}

/// Text of a cluster or a file as plain prose: nothing in it is markup, and it stays on its line.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() => out.push(' '),
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '#' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Text as code: between backticks that it does not hold itself.
pub(super) fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let ticks = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
