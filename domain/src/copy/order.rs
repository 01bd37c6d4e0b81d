//! What somebody wants copied: pairs of a source and a target.

use std::collections::BTreeMap;

use crate::image::{ImageReference, ReferenceError};
use crate::problem::Problem;

/// One image to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What is copied.
    pub source: ImageReference,
    /// Where to: a tag, or the digest that the image has anyway.
    pub target: ImageReference,
}

/// Reads a list: a source and a target on each line, blanks between them, `#` before a comment.
///
/// # Errors
/// For the first line that is none, with its number; `name` is the list's own.
pub fn list(text: &str, name: &str) -> Result<Vec<Order>, Problem> {
    let lines =
        text.lines().enumerate().map(|(at, line)| (at + 1, line.split('#').next().unwrap_or_default()));
    let mut orders = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("{name}:{number}");
        let words: Vec<&str> = line.split_whitespace().collect();
        let [source, target] = words.as_slice() else {
            let why = format!("It has {} words, and a source and a target are wanted.", words.len());
            let next = "Write SOURCE TARGET on each line.";
            return Err(
                Problem::bad_input("copy_list", "A line of the list is no order.", why, next).at(place)
            );
        };
        orders.push(order(source, target).map_err(|problem| problem.at(&place))?);
    }
    checked(orders)
}

/// One pair.
///
/// # Errors
/// When one of the two is no image reference.
pub fn order(source: &str, target: &str) -> Result<Order, Problem> {
    let read = |text: &str| text.parse::<ImageReference>().map_err(|error| no_reference(text, &error));
    let order = Order { source: read(source)?, target: read(target)? };
    if order.source.normalized() == order.target.normalized() {
        let why = "Source and target are the same image.";
        let next = "Name another repository or tag as the target.";
        return Err(Problem::bad_input("copy_onto_itself", "There is nothing to copy.", why, next).at(source));
    }
    Ok(order)
}

/// The orders without repetitions; none of them overwrites another.
///
/// # Errors
/// When two different images are to go to one place.
pub fn checked(orders: Vec<Order>) -> Result<Vec<Order>, Problem> {
    let mut targets: BTreeMap<String, String> = BTreeMap::new();
    let mut kept = Vec::new();
    for order in orders {
        let (source, target) = (order.source.normalized(), order.target.normalized());
        match targets.get(&target) {
            None => {
                targets.insert(target, source);
                kept.push(order);
            }
            Some(same) if *same == source => {}
            Some(other) => {
                let why = format!("Both {other} and {source} are to go there.");
                let next = "Give each image a target of its own.";
                return Err(Problem::bad_input("copy_overwrites", "Two images have one target.", why, next)
                    .at(target));
            }
        }
    }
    Ok(kept)
}

fn no_reference(text: &str, error: &ReferenceError) -> Problem {
    Problem::bad_input("image_reference", format!("{}.", error.what()), error.why(), error.next()).at(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_pairs_with_comments_between() {
        let text = "# mine\nnginx:1.27 quay.io/me/nginx:1.27 # the front\n\n  redis\tquay.io/me/redis\nredis:latest quay.io/me/redis:latest\n";
        let orders = list(text, "list").unwrap();
        assert_eq!(orders.len(), 2, "the same once more is the same");
        assert_eq!(orders[0].source.normalized(), "docker.io/library/nginx:1.27");
        assert_eq!(orders[1].target.normalized(), "quay.io/me/redis:latest");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, code, place) in [
            ("nginx", "copy_list", "list:1"),
            ("a b\n\na b c", "copy_list", "list:3"),
            ("a B/b/C", "image_reference", "list:1"),
            ("nginx docker.io/library/nginx:latest", "copy_onto_itself", "list:1"),
            ("a quay.io/x\nb quay.io/x", "copy_overwrites", "quay.io/x:latest"),
        ] {
            let problem = list(text, "list").unwrap_err();
            assert_eq!((problem.code.as_str(), problem.place.as_str()), (code, place), "{text}");
        }
    }
}
