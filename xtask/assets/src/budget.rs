//! What a page may weigh. A reader at the far end of a port-forward waits for every one of these bytes.

use crate::Outcome;
use crate::site::Site;

/// Role and the most that its brotli form may weigh, in bytes (KB = 1000 bytes).
const BUDGETS: [(&str, usize); 3] = [("wasm", 100_000), ("module", 12_000), ("style", 12_000)];

/// Prints the weights as a table. `false` when one is over its budget and `binding` says that this counts:
/// wasm that was not optimised is not what people get.
pub fn judge(site: &Site, binding: bool) -> Outcome<bool> {
    println!("{:<30} {:>9} {:>9} {:>9} {:>9}", "asset", "plain", "gzip", "brotli", "budget");
    let mut within = true;
    for (role, budget) in BUDGETS {
        let file = site.files.iter().find(|file| file.role == role);
        let file = file.ok_or_else(|| format!("the site has no {role}"))?;
        let over = file.brotli.len() > budget;
        println!(
            "{:<30} {:>9} {:>9} {:>9} {:>9}{}",
            file.name,
            file.identity.len(),
            file.gzip.len(),
            file.brotli.len(),
            budget,
            if over { "  over" } else { "" }
        );
        within &= !over;
    }
    if !within && !binding {
        println!("Over budget, but without wasm-opt; only the optimised build is held to it.");
    }
    Ok(within || !binding)
}
