//! Looking at sources and targets by their headers, which costs nothing: what is there already, what is wanted.

use std::collections::BTreeSet;

use domain::copy::Order;
use domain::copy::content::is_narrowed;
use domain::copy::plan::{AtTarget, Planned, is_index, weigh};
use domain::registry::{Head, RegistryName};

use super::desk::{Desk, Halt};
use super::{Work, side_by_side};

/// Looks at every order. The first question to each registry is asked alone: if it is refused, no other is sent after it.
pub(super) async fn look(desk: &Desk<'_>, orders: &[Order]) -> Vec<Result<Planned, Halt>> {
    let mut met: BTreeSet<RegistryName> = BTreeSet::new();
    let mut looked = Vec::new();
    let mut later = Vec::new();
    for (at, order) in orders.iter().enumerate() {
        let first_at_source = met.insert(RegistryName::of(&order.source));
        let first_at_target = met.insert(RegistryName::of(&order.target));
        if first_at_source || first_at_target {
            looked.push((at, one(desk, order).await));
        } else {
            later.push(Box::pin(async move { (at, one(desk, order).await) }) as Work<'_, _>);
        }
    }
    looked.extend(side_by_side(desk.options.jobs, later).await);
    looked.sort_by_key(|(at, _)| *at);
    looked.into_iter().map(|(_, planned)| planned).collect()
}

async fn one(desk: &Desk<'_>, order: &Order) -> Result<Planned, Halt> {
    let head = desk.head(&order.source).await?;
    let target = at_target(desk, order, &head).await?;
    Ok(weigh(order.clone(), &head, &target, order.platforms.len()))
}

async fn at_target(desk: &Desk<'_>, order: &Order, source: &Head) -> Result<AtTarget, Halt> {
    let mut found = BTreeSet::new();
    for name in order.names() {
        let Some(digest) = desk.tagged(name).await? else { return Ok(AtTarget::Nothing) };
        found.insert(digest);
    }
    if found.len() > 1 {
        // Under at least one of its names there is another image.
        let other = found.into_iter().find(|digest| Some(digest) != source.digest.as_ref());
        return Ok(other.map_or(AtTarget::Nothing, AtTarget::Image));
    }
    let Some(digest) = found.pop_first() else { return Ok(AtTarget::Nothing) };
    let narrowed = !order.platforms.is_empty() && is_index(source);
    if let Some(wanted) = source.digest.as_deref().filter(|_| narrowed)
        && let Some(index) = desk.present(&order.target, &digest).await?
        && is_narrowed(&index.bytes, wanted, &order.platforms)
    {
        return Ok(AtTarget::OurOwn);
    }
    Ok(AtTarget::Image(digest))
}
