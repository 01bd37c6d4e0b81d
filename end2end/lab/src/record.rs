//! The record of what the lab has made on the machine. Each thing is written down before it is made, so
//! that a crash at any moment leaves a list of all that may be there.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Result, file, json};

/// One thing that outlives the program that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Made {
    /// A process. Number and start time are filled in as soon as they exist; until then the process is
    /// found by the lab's mark in its environment.
    Process {
        /// What it is, and the name of its log.
        name: String,
        /// Process number and start time in clock ticks since boot, from `/proc/PID/stat`.
        born: Option<Born>,
    },
    /// A network bridge, with the pods' interfaces on it.
    Bridge {
        /// Its name.
        name: String,
    },
    /// A kernel setting that was changed.
    Sysctl {
        /// Below `/proc/sys`.
        path: PathBuf,
        /// Its value before.
        before: String,
    },
    /// A control group with everything below it.
    ControlGroup {
        /// Its directory.
        path: PathBuf,
    },
    /// An empty directory outside the state directory, needed as a mount point.
    MountPoint {
        /// The directory.
        path: PathBuf,
    },
}

/// What tells one process from a later one with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Born {
    /// Process number.
    pub pid: u32,
    /// Start time in clock ticks since boot.
    pub start: u64,
}

/// The record, kept in step with its file.
#[derive(Debug)]
pub struct Record {
    path: PathBuf,
    made: Vec<Made>,
}

impl Record {
    /// An empty record in `path`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn create(path: &Path) -> Result<Self> {
        let record = Self { path: path.to_owned(), made: Vec::new() };
        record.save()?;
        Ok(record)
    }

    /// The record of an earlier run; `None` when there is none.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub fn load(path: &Path) -> Result<Option<Self>> {
        match std::fs::read(path) {
            Ok(text) => {
                let made = serde_json::from_slice(&text).map_err(json(path.display().to_string()))?;
                Ok(Some(Self { path: path.to_owned(), made }))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(file("cannot read", path)(error)),
        }
    }

    /// Everything on record, in the order of making.
    #[must_use]
    pub fn made(&self) -> &[Made] {
        &self.made
    }

    /// Writes down what is about to be made.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing must be made.
    pub fn announce(&mut self, thing: Made) -> Result<()> {
        if !self.made.contains(&thing) {
            self.made.push(thing);
            self.save()?;
        }
        Ok(())
    }

    /// Fills in who the announced process `name` turned out to be.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn started(&mut self, name: &str, who: Born) -> Result<()> {
        for thing in &mut self.made {
            if let Made::Process { name: announced, born } = thing
                && announced == name
            {
                *born = Some(who);
            }
        }
        self.save()
    }

    /// Replaces the file in one step, so that a crash leaves the old or the new one.
    fn save(&self) -> Result<()> {
        let text = serde_json::to_vec_pretty(&self.made).map_err(json("the record"))?;
        let draft = self.path.with_extension("draft");
        std::fs::write(&draft, text).map_err(file("cannot write", &draft))?;
        std::fs::rename(&draft, &self.path).map_err(file("cannot replace", &self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_survives_a_crash() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("made.json");
        let mut record = Record::create(&path).unwrap();
        record.announce(Made::Process { name: "etcd".into(), born: None }).unwrap();
        record.announce(Made::Bridge { name: "b0".into() }).unwrap();
        drop(record);
        let mut record = Record::load(&path).unwrap().unwrap();
        assert_eq!(record.made().len(), 2);
        record.started("etcd", Born { pid: 7, start: 9 }).unwrap();
        let again = Record::load(&path).unwrap().unwrap();
        assert_eq!(
            again.made()[0],
            Made::Process { name: "etcd".into(), born: Some(Born { pid: 7, start: 9 }) }
        );
        assert!(Record::load(&dir.path().join("none")).unwrap().is_none());
    }
}
