//! Parser events to trees.
//!
//! The parser reports where a node's content is, but not where an unwritten value would go, nor where a
//! dash stands. Both follow from a cursor that trails the last written token.

use super::error::{Place, RefusalKind, Refused};
use super::text::skip_trivia;
use super::tree::{Content, Document, Entry, Mapping, Node, Scalar, Sequence, Style};
use super::{MAX_DEPTH, MAX_DOCUMENTS, MAX_NODES};
use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StructureStyle, Tag, options};

/// All documents of `text`, which may begin with a byte-order mark.
pub(super) fn documents(text: &str) -> Result<Vec<Document>, Refused> {
    // Comments are found by scanning where an edit needs them; as events the parser would cap their number.
    // A block scalar cut off by the end of the file has no last line break for kubectl's reader, nor for us.
    let options = options! {
        emit_anchor_events: true,
        emit_comments: false,
        block_scalar_eof_without_line_feed: true,
    };
    let mut reader = Reader { text, cursor: 0, open: Vec::new(), nodes: 0, documents: Vec::new() };
    let mut events = Parser::new_from_str_with_options(text, options).peekable();
    while let Some(next) = events.next() {
        let (event, span) = next.map_err(|error| explain(text, &error))?;
        let anchor = events.next_if(|next| matches!(next, Ok((Event::Anchor(..), _))));
        let anchor = anchor.and_then(Result::ok).and_then(|(_, anchor)| anchor.byte_range());
        reader.take(event, &span, anchor.map_or(0, |anchor| anchor.end))?;
    }
    Ok(reader.documents)
}

/// A collection whose end has not been seen, with the key that waits for its value.
struct Open {
    node: Node,
    key: Option<Node>,
}

struct Reader<'a> {
    text: &'a str,
    /// The end of the last written token.
    cursor: usize,
    open: Vec<Open>,
    nodes: usize,
    documents: Vec<Document>,
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, span: &Span, anchor_end: usize) -> Result<(), Refused> {
        let bytes = span.byte_range().unwrap_or(self.cursor..self.cursor);
        match event {
            Event::DocumentStart(explicit, _) => self.cursor = if explicit { bytes.end } else { bytes.start },
            Event::Scalar(text, style, anchor, tag) => {
                let style = style_of(style);
                let unwritten = style == Style::Plain && bytes.is_empty();
                let text = if unwritten { String::new() } else { text.into_owned() };
                let content = Content::Scalar(Scalar { text, style });
                let mut node = self.begin(content, tag.as_deref(), anchor, span, anchor_end)?;
                if unwritten {
                    // The parser may place it behind a comment, or on the next line.
                    let at = node.lead.unwrap_or(self.cursor);
                    node.span = at..at;
                } else {
                    self.cursor = bytes.end;
                }
                self.finish(node);
            }
            Event::Alias(target) => {
                let node = self.begin(Content::Alias(target), None, 0, span, 0)?;
                self.cursor = bytes.end;
                self.finish(node);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let content = Content::Sequence(Sequence { flow, items: Vec::new(), dash: None });
                let node = self.begin(content, tag.as_deref(), anchor, span, anchor_end)?;
                self.open(node, flow)?;
            }
            Event::MappingStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let content = Content::Mapping(Mapping { flow, entries: Vec::new() });
                let node = self.begin(content, tag.as_deref(), anchor, span, anchor_end)?;
                self.open(node, flow)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(bytes.end),
            _ => {}
        }
        Ok(())
    }

    fn begin(
        &mut self,
        content: Content,
        tag: Option<&Tag>,
        anchor: usize,
        span: &Span,
        anchor_end: usize,
    ) -> Result<Node, Refused> {
        let place = Place { line: span.start.line(), column: span.start.col() + 1 };
        self.nodes += 1;
        let limits = [
            (self.nodes > MAX_NODES, MAX_NODES, "values"),
            (self.documents.len() == MAX_DOCUMENTS, MAX_DOCUMENTS, "documents"),
        ];
        if let Some((_, most, what)) = limits.into_iter().find(|(passed, ..)| *passed) {
            let why = format!("the file holds more than {most} {what}");
            return Err(Refused::new(RefusalKind::TooLarge, place, why));
        }
        let bytes = span.byte_range().unwrap_or(self.cursor..self.cursor);
        let introduced = self.introduce(bytes.start);
        let tag_end = span.tag_span().and_then(|span| span.byte_range()).map_or(0, |tag| tag.end);
        let properties_end = tag_end.max(anchor_end);
        self.cursor = self.cursor.max(properties_end);
        let lead = (introduced || properties_end > 0).then_some(self.cursor);
        let tag = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
        Ok(Node { content, tag, anchor: (anchor != 0).then_some(anchor), span: bytes, place, lead })
    }

    /// Moves the cursor behind the `:` or `-` that announces the next node, if one does.
    fn introduce(&mut self, node_start: usize) -> bool {
        let Some(parent) = self.open.last_mut() else { return true };
        let sign = match &parent.node.content {
            Content::Sequence(sequence) if !sequence.flow => b'-',
            Content::Mapping(_) if parent.key.is_some() => b':',
            _ => {
                self.cursor = self.cursor.max(node_start);
                return false;
            }
        };
        let at = skip_trivia(self.text, self.cursor);
        if self.text.as_bytes().get(at) != Some(&sign) {
            return false;
        }
        self.cursor = at + 1;
        if let Content::Sequence(sequence) = &mut parent.node.content {
            sequence.dash = Some(at);
        }
        true
    }

    fn open(&mut self, node: Node, flow: bool) -> Result<(), Refused> {
        if self.open.len() >= MAX_DEPTH {
            let why = format!("values are nested more than {MAX_DEPTH} deep");
            return Err(Refused::new(RefusalKind::TooDeep, node.place, why));
        }
        if flow {
            self.cursor = self.cursor.max(node.span.end);
        }
        self.open.push(Open { node, key: None });
        Ok(())
    }

    fn close(&mut self, reported_end: usize) {
        let Some(Open { mut node, .. }) = self.open.pop() else { return };
        // A block collection ends where its last token does; the parser reports the next token instead.
        if node.is_flow() {
            self.cursor = self.cursor.max(reported_end);
        }
        node.span.end = self.cursor.max(node.span.start);
        self.finish(node);
    }

    fn finish(&mut self, node: Node) {
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(Document { root: node });
            return;
        };
        match &mut parent.node.content {
            Content::Sequence(sequence) => sequence.items.push(node),
            Content::Mapping(mapping) => match parent.key.take() {
                Some(key) => mapping.entries.push(Entry { key, value: node }),
                None => parent.key = Some(node),
            },
            Content::Scalar(_) | Content::Alias(_) => {}
        }
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn explain(text: &str, error: &ScanError) -> Refused {
    let place = Place { line: error.marker().line(), column: error.marker().col() + 1 };
    if let Some(engine) = template_engine(text, place.line) {
        let why = format!(
            "this looks like a {engine} template; render it first and edit the result or the chart's values"
        );
        return Refused::new(RefusalKind::Template, place, why);
    }
    Refused::new(RefusalKind::Syntax, place, format!("this is not YAML: {}", error.info()))
}

/// Which engine the file seems to be written for: a line of its own for an action anywhere, or an action on
/// or just above the line that does not parse.
fn template_engine(text: &str, error_line: usize) -> Option<&'static str> {
    let near = error_line.saturating_sub(2)..=error_line;
    let actions = |(number, line): (usize, &str)| {
        let trimmed = line.trim_start();
        let alone = trimmed.starts_with("{{") || trimmed.starts_with("{%");
        let shown = near.contains(&(number + 1)) && !trimmed.starts_with('#');
        (alone || (shown && (line.contains("{{") || line.contains("{%")))).then(|| line.contains("{%"))
    };
    let statements: Vec<bool> = text.lines().enumerate().filter_map(actions).collect();
    match statements.iter().any(|&jinja| jinja) {
        _ if statements.is_empty() => None,
        true => Some("Jinja"),
        false => Some("Helm"),
    }
}
