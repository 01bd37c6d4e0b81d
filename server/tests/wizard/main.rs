//! The wizard over its real router and a real store: as a browser without script meets it, and as an
//! attacker does.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod events;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod limit;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod uploads;
