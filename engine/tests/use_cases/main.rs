//! The use cases over scripted sources, a store in memory and a clock that is set.

#[cfg(test)]
mod ecr;
#[cfg(test)]
mod held_secrets;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod scan;
#[cfg(test)]
mod support;
#[cfg(test)]
mod survey;
#[cfg(test)]
mod verify;
