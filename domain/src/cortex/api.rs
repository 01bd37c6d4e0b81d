//! API specifications (`cortex.yaml`): where images stand in them and what runs when none is named.

use super::Version;

/// What an API asks its nodes for: GPUs, else Inferentia chips, else nothing (`ApplyDefaultDockerPaths`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compute {
    /// Processors only.
    Cpu,
    /// `compute.gpu` above 0.
    Gpu,
    /// `compute.inf` above 0, from 0.18 on.
    Inf,
}

impl Compute {
    fn word(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
            Self::Inf => "inf",
        }
    }
}

/// `predictor.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PredictorType {
    /// Python code only.
    Python,
    /// Python code beside TensorFlow Serving, which has an image of its own.
    Tensorflow,
    /// ONNX runtime; until 0.32.
    Onnx,
}

impl PredictorType {
    /// The type by its word in the file.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "python" => Some(Self::Python),
            "tensorflow" => Some(Self::Tensorflow),
            "onnx" => Some(Self::Onnx),
            _ => None,
        }
    }
}

/// The map inside an API that holds `type`, `image` and `tensorflow_serving_image`. Before 0.16 images come
/// from cluster keys; from 0.36 on users bring every image themselves.
pub fn api_section(version: Version) -> Option<&'static str> {
    match version.minor {
        16..=33 => Some("predictor"),
        34 | 35 => Some("handler"),
        _ => None,
    }
}

/// The map inside a `TaskAPI` that holds `image`.
pub fn task_section(version: Version) -> Option<&'static str> {
    (27..=35).contains(&version.minor).then_some("definition")
}

/// Whether images stand at `pod.containers[].image`.
pub fn has_pod_containers(version: Version) -> bool {
    version.minor >= 36
}

/// The values of `kind`; empty while the field did not exist. From 0.19 on it is required.
pub fn api_kinds(version: Version) -> &'static [&'static str] {
    const ALL: [&str; 5] = ["RealtimeAPI", "BatchAPI", "TrafficSplitter", "TaskAPI", "AsyncAPI"];
    match version.minor {
        ..=18 => &[],
        19..=26 => &ALL[..3],
        27..=30 => &ALL[..4],
        _ => &ALL,
    }
}

/// The image an API of this type runs when its specification names none, as `NAME:TAG`. `None` where the
/// version has no such image. Never a `-slim` one: those lack Python packages the default has.
pub fn default_api_image(version: Version, of: PredictorType, on: Compute) -> Option<String> {
    let minor = version.minor;
    let role = match api_section(version)? {
        "handler" => "handler",
        _ => "predictor",
    };
    let known = match (of, on) {
        (PredictorType::Onnx, Compute::Inf) => false,
        (PredictorType::Onnx, _) => minor <= 32,
        (_, Compute::Inf) => minor >= 18,
        _ => true,
    };
    let image = match of {
        PredictorType::Tensorflow => format!("tensorflow-{role}:{version}"),
        PredictorType::Python if on == Compute::Gpu && minor >= 29 => {
            format!("python-{role}-gpu:{version}-cuda10.2-cudnn8")
        }
        PredictorType::Python => format!("python-{role}-{}:{version}", on.word()),
        PredictorType::Onnx => format!("onnx-{role}-{}:{version}", on.word()),
    };
    known.then_some(image)
}

/// The TensorFlow Serving image beside a TensorFlow API that names none, as `NAME:TAG`.
pub fn default_serving_image(version: Version, on: Compute) -> Option<String> {
    api_section(version)?;
    (on != Compute::Inf || version.minor >= 18).then(|| format!("tensorflow-serving-{}:{version}", on.word()))
}
