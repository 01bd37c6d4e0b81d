//! What a change costs and what taking it back costs, for people. Must not know how either was counted.

use super::Pulls;
use crate::diagnosis::Range;

impl Pulls {
    /// What it costs, for people: whole sentences.
    pub fn sentences(&self) -> Vec<String> {
        let mut said = vec![match self.docker_hub.high {
            0 => "This change pulls nothing from Docker Hub that counts on the nodes' addresses.".to_owned(),
            _ => format!(
                "This change pulls {} from Docker Hub, counted on the address that asks.",
                images(self.docker_hub)
            ),
        }];
        if self.account.high > 0 {
            said.push(format!("The account is counted {}.", pulls(self.account)));
        }
        if self.docker_hub.high > 0 {
            said.extend(self.against_what_is_left());
        }
        if self.pods > 0 {
            let anew = match self.pods {
                1 => "1 pod begins to pull".to_owned(),
                n if n <= self.at_a_time => format!("{n} pods begin to pull"),
                n => format!(
                    "{n} pods begin to pull, {} at a time unless a single workload has more",
                    self.at_a_time
                ),
            };
            let new = match self.new_place.high {
                0 => String::new(),
                _ => format!("; {} from the new place", images(self.new_place)),
            };
            said.push(format!("{anew}{new}."));
        }
        said
    }

    fn against_what_is_left(&self) -> Option<String> {
        Some(match self.remaining? {
            left if left < self.docker_hub.low => format!(
                "That is more than the {left} that were left of the limit: choose less, or wait until the window has moved on."
            ),
            left if left < self.docker_hub.high => {
                format!("That may be more than the {left} that were left of the limit.")
            }
            left => format!("The {left} that were left of the limit are enough."),
        })
    }

    /// What taking it back costs, for people; `None` when it pulls nothing from Docker Hub.
    pub fn warning(&self) -> Option<String> {
        if self.taken_back.high == 0 {
            return self.spent.then(|| {
                "When the plan was made Docker Hub was refusing pulls: once this is taken back, what has to pull before the \
                 limit has recovered does not start. Look first with: unthrottle quota"
                    .to_owned()
            });
        }
        let left = match (self.spent, self.remaining) {
            (true, _) => "When the plan was made Docker Hub was refusing pulls".to_owned(),
            (false, Some(left)) => format!("When the plan was made {left} pulls were left"),
            (false, None) => "What is left of Docker Hub's limit was not measured".to_owned(),
        };
        Some(format!(
            "Taking this back pulls {} from Docker Hub. {left}: with nothing left these pods do not start again. Look \
             first with: unthrottle quota",
            images(self.taken_back)
        ))
    }
}

fn images(range: Range) -> String {
    said(range, "image")
}

fn pulls(range: Range) -> String {
    said(range, "pull")
}

/// "up to 12 images", "3 to 12 images", "1 image".
fn said(Range { low, high }: Range, noun: &str) -> String {
    let s = if high == 1 { "" } else { "s" };
    match low {
        low if low == high => format!("{high} {noun}{s}"),
        0 => format!("up to {high} {noun}{s}"),
        low => format!("{low} to {high} {noun}{s}"),
    }
}
