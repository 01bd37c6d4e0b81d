//! Which nodes leave by which address: a picture where there is room for one, and the same in words.

use domain::diagnosis::EgressGroup;
use leptos::prelude::*;

use crate::words::{self, count};

/// Rows that are drawn; the list below the drawing has them all.
const DRAWN: usize = 4;
/// Height of a drawn row and the gap under it.
const ROW: usize = 62;
/// Longest address that fits its box, in characters.
const FITS: usize = 16;

/// One line of picture and list: nodes that share an address, or all nodes that have one of their own.
struct Row {
    nodes: usize,
    shared: bool,
    address: Option<String>,
    said: String,
}

/// Groups as the diagnosis found them. Nothing when none could be told.
pub(crate) fn egress(groups: &[EgressGroup]) -> Option<AnyView> {
    if groups.is_empty() {
        return None;
    }
    let rows = rows(groups);
    let items: Vec<_> = rows.iter().map(|row| view! { <li>{row.said.clone()}</li> }).collect();
    Some(
        view! {
            <div class="egress">
                {drawing(&rows)}
                <ul class="plain-list">{items}</ul>
            </div>
        }
        .into_any(),
    )
}

/// Shared addresses first, the most crowded on top; nodes on their own are one row.
fn rows(groups: &[EgressGroup]) -> Vec<Row> {
    let (mut shared, alone): (Vec<_>, Vec<_>) = groups.iter().partition(|group| group.nodes.len() > 1);
    shared.sort_by(|a, b| b.nodes.len().cmp(&a.nodes.len()).then_with(|| a.nodes.cmp(&b.nodes)));
    let mut rows: Vec<_> = shared.into_iter().map(shared_row).collect();
    match alone.as_slice() {
        [] => {}
        [group] => rows.push(Row {
            nodes: 1,
            shared: false,
            address: group.address.clone(),
            said: format!("1 node has an address of its own{}.", told(group)),
        }),
        many => rows.push(Row {
            nodes: many.len(),
            shared: false,
            address: None,
            said: format!("{} have an address each.", count(many.len() as u64, "node")),
        }),
    }
    rows
}

fn shared_row(group: &EgressGroup) -> Row {
    let nodes = group.nodes.len();
    let left = group.remaining.map(|left| format!(" {} left.", count(left, "pull"))).unwrap_or_default();
    Row {
        nodes,
        shared: true,
        address: group.address.clone(),
        said: format!("{nodes} nodes share one address and one budget{}.{left}", told(group)),
    }
}

fn told(group: &EgressGroup) -> String {
    let how = words::knowledge(group.how);
    match &group.address {
        Some(address) => format!(", {address} ({how})"),
        None => format!(" ({how})"),
    }
}

fn drawing(rows: &[Row]) -> AnyView {
    let drawn: Vec<_> = rows.iter().take(DRAWN).enumerate().map(|(at, row)| draw(row, at * ROW)).collect();
    let height = drawn.len() * ROW - 8;
    let middle = height / 2;
    view! {
        <svg viewBox=format!("0 0 440 {}", height + 4) aria-hidden="true">
            {drawn} <rect class="box hub" x="352" y="2" width="86" height=height rx="6" />
            <text class="strong" x="395" y=middle - 1 text-anchor="middle">
                "Docker"
            </text>
            <text class="strong" x="395" y=middle + 16 text-anchor="middle">
                "Hub"
            </text>
        </svg>
    }
    .into_any()
}

fn draw(row: &Row, top: usize) -> AnyView {
    let y = top + 2;
    let centre = top + 29;
    let way = if row.shared { "way bad" } else { "way good" };
    let nodes = count(row.nodes as u64, "node");
    let through = if row.shared {
        let address = row.address.as_deref().map_or_else(|| "not known".to_owned(), shortened);
        view! {
            <rect class="box bad" x="176" y=y width="134" height="54" rx="6" />
            <text class="strong" x="188" y=y + 23>
                "one address"
            </text>
            <text class="mono" x="188" y=y + 41>
                {address}
            </text>
            <path class=way d=format!("M116 {}H176M116 {centre}H176M116 {}H176M310 {centre}H352", centre - 11, centre + 11) />
        }
        .into_any()
    } else {
        view! { <path class=way d=format!("M116 {}H352M116 {centre}H352M116 {}H352", centre - 11, centre + 11) /> }
            .into_any()
    };
    view! {
        <rect class="box" x="2" y=y width="114" height="54" rx="6" />
        <text class="strong" x="14" y=y + 23>
            {nodes}
        </text>
        <text x="14" y=y + 41>
            {if row.shared { "behind one" } else { "own address" }}
        </text>
        {through}
    }
    .into_any()
}

/// An address that would not fit is cut in the picture; the words have it whole.
fn shortened(address: &str) -> String {
    if address.chars().count() <= FITS {
        return address.to_owned();
    }
    address.chars().take(FITS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use domain::diagnosis::Knowledge;

    use super::*;

    fn group(nodes: &[&str], address: Option<&str>) -> EgressGroup {
        EgressGroup {
            nodes: nodes.iter().map(|&node| node.to_owned()).collect(),
            address: address.map(str::to_owned),
            how: Knowledge::Inferred,
            remaining: None,
        }
    }

    #[test]
    fn shared_addresses_come_first_and_single_nodes_are_one_row() {
        let groups = [
            group(&["a"], Some("198.51.100.1")),
            group(&["b", "c"], None),
            group(&["d", "e", "f"], Some("203.0.113.7")),
            group(&["g"], Some("198.51.100.2")),
        ];
        let said: Vec<_> = rows(&groups).into_iter().map(|row| row.said).collect();
        assert_eq!(
            said,
            [
                "3 nodes share one address and one budget, 203.0.113.7 (inferred from missing external addresses).",
                "2 nodes share one address and one budget (inferred from missing external addresses).",
                "2 nodes have an address each.",
            ]
        );
    }

    #[test]
    fn a_long_address_is_cut_only_in_the_picture() {
        assert_eq!(shortened("203.0.113.7"), "203.0.113.7");
        assert_eq!(shortened("2001:db8:aaaa:bbbb::1"), "2001:db8:aaaa:b…");
    }
}
