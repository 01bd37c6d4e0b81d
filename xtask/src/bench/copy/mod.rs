//! Copying images between two registries, beside crane, regsync and skopeo: what each asks of the source, sends to the
//! target, and takes of the machine. The registries' own logs count; a table in Markdown comes out.
//!
//! `lab shelf` serves the images. Counts of ours that are over the least possible fail the bench, times never do.

mod rivals;
mod shelf;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::rivals::{Tool, Tools};
use self::shelf::{Shelf, Traffic};
use super::cost::{self, Cost, median};
use crate::Outcome;
use crate::workspace::Workspace;

const MEMORY_BUDGET_KIB: u64 = 32 * 1024;

/// A set of images, and the least that copying it can take.
struct Set {
    name: &'static str,
    says: &'static str,
    rounds: usize,
    uploads: usize,
    mounts: usize,
}

const SETS: [Set; 3] = [
    Set {
        name: "shared",
        says: "20 repositories x 2 platforms with shared layers, 196 MiB",
        rounds: 3,
        uploads: 124,
        mounts: 76,
    },
    Set { name: "large", says: "one image with a layer of 1 GiB", rounds: 3, uploads: 2, mounts: 0 },
    Set { name: "small", says: "200 small repositories", rounds: 3, uploads: 601, mounts: 199 },
];

/// One run of one tool.
struct Run {
    cost: Cost,
    traffic: Traffic,
}

pub fn run(workspace: &Workspace, program: &Path, folder: &Path) -> Outcome {
    let lab = workspace.program("debug", "lab");
    crate::process::run(&mut workspace.cargo(&["build", "--bin", "lab"]))?;
    let tools = Tools::install(program, folder)?;
    for set in &SETS {
        println!("\n### {}\n", set.says);
        println!(
            "| tool | run | source: manifest GETs | blob GETs | target: uploads | mounts | wall s | CPU s | peak MiB |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
        let Rounds { cold, unchanged } = rounds(&lab, &tools, set, folder)?;
        for (name, runs) in [("cold", &cold), ("unchanged", &unchanged)] {
            for (tool, runs) in runs {
                println!("{}", row(tool.name(), name, runs));
            }
        }
        ratio("cold", &cold);
        ratio("unchanged", &unchanged);
        judge(set, ours(&cold), ours(&unchanged))?;
    }
    Ok(())
}

/// The runs of each tool.
type ByTool = BTreeMap<Tool, Vec<Run>>;

#[derive(Default)]
struct Rounds {
    cold: ByTool,
    unchanged: ByTool,
}

/// Every tool in turn, again and again, so that whatever else the machine does falls on all of them.
fn rounds(lab: &Path, tools: &Tools, set: &Set, folder: &Path) -> Outcome<Rounds> {
    let source = Shelf::serve(lab, set.name)?;
    let mut rounds = Rounds::default();
    for _ in 0..set.rounds {
        for tool in Tool::ALL {
            let target = Shelf::serve(lab, "empty")?;
            let home = fresh_home(folder, tool.name())?;
            let commands = || tools.commands(tool, &source, &target, &home);
            rounds.cold.entry(tool).or_default().push(once(commands()?, &source, &target)?);
            rounds.unchanged.entry(tool).or_default().push(once(commands()?, &source, &target)?);
            std::fs::remove_dir_all(&home)?;
        }
    }
    Ok(rounds)
}

/// A folder for what a tool keeps between its runs against one target.
fn fresh_home(folder: &Path, tool: &str) -> Outcome<PathBuf> {
    let home = folder.join("copy").join(tool);
    if home.exists() {
        std::fs::remove_dir_all(&home)?;
    }
    std::fs::create_dir_all(&home)?;
    Ok(home)
}

fn once(commands: Vec<Command>, source: &Shelf, target: &Shelf) -> Outcome<Run> {
    let before = Traffic::between(source, target)?;
    let mut whole = Cost { seconds: 0.0, processor: None, peak_kib: None };
    for mut command in commands {
        let cost = cost::of(&mut command)?;
        whole.seconds += cost.seconds;
        whole.processor = Some(whole.processor.unwrap_or(0.0) + cost.processor.unwrap_or(0.0));
        whole.peak_kib = whole.peak_kib.max(cost.peak_kib);
    }
    Ok(Run { cost: whole, traffic: Traffic::between(source, target)? - before })
}

fn row(tool: &str, name: &str, runs: &[Run]) -> String {
    let traffic = runs.first().map(|run| run.traffic).unwrap_or_default();
    let processor = median(runs.iter().filter_map(|run| run.cost.processor).collect());
    let peak = runs.iter().filter_map(|run| run.cost.peak_kib).max().unwrap_or(0) / 1024;
    format!(
        "| {tool} | {name} | {} | {} | {} | {} | {:.2} | {processor:.2} | {peak} |",
        traffic.manifest_gets,
        traffic.blob_gets,
        traffic.uploads,
        traffic.mounts,
        seconds(runs)
    )
}

fn seconds(runs: &[Run]) -> f64 {
    median(runs.iter().map(|run| run.cost.seconds).collect())
}

fn ours(all: &ByTool) -> &[Run] {
    all.get(&Tool::Unthrottle).map_or(&[], Vec::as_slice)
}

/// Ours beside the fastest of the others.
fn ratio(name: &str, all: &ByTool) {
    let others = all.iter().filter(|(tool, _)| **tool != Tool::Unthrottle);
    let fastest = others.map(|(_, runs)| seconds(runs)).fold(f64::INFINITY, f64::min);
    println!("\n{name}: {:.2} of the fastest other's wall time", seconds(ours(all)) / fastest);
}

fn judge(set: &Set, cold: &[Run], unchanged: &[Run]) -> Outcome {
    for Run { traffic, .. } in cold {
        if (traffic.uploads, traffic.mounts) != (set.uploads, set.mounts) {
            let (uploads, mounts) = (traffic.uploads, traffic.mounts);
            return Err(
                format!("{}: {uploads} uploads and {mounts} mounts are not the least", set.name).into()
            );
        }
    }
    if unchanged.iter().any(|run| run.traffic.manifest_gets + run.traffic.blob_gets > 0) {
        return Err(format!("{}: an unchanged run asked the source for more than headers", set.name).into());
    }
    let peak = cold.iter().chain(unchanged).filter_map(|run| run.cost.peak_kib).max();
    match peak {
        Some(peak) if peak > MEMORY_BUDGET_KIB => {
            Err(format!("{}: {} MiB is over the budget of memory", set.name, peak / 1024).into())
        }
        _ => Ok(()),
    }
}
