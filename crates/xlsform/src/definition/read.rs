//! Reading the XML of a form.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use roxmltree::Node as Xml;

use super::instances::{self, External, InstanceError};
use super::resolve::contextualise;
use super::{
    Action, Bind, Choices, Control, ControlId, ControlKind, DataType, Definition, DefinitionError, Effect, Event,
    Field, FieldId, Graph, Item, Language, Part, Range, Repeat, Text,
};
use crate::xpath::{Axis, Expr, Function, Name, NodeId, Path, Prefixes, Start, Tree, name_of, parse_xml};

/// How many instances of a repeat, written in the form with answers of their own, are kept for coming back.
const MOST_WRITTEN: usize = 100;

impl Definition {
    /// Reads a form with the files that its instances name.
    ///
    /// # Errors
    /// When the XML, an expression or a file cannot be read, a path leads nowhere, or calculations need their own
    /// results.
    pub fn read(xml: &str, external: &External) -> Result<Definition, DefinitionError> {
        let document = parse_xml(xml)?;
        let root = document.root_element();
        let model = descendant(root, "model").ok_or(DefinitionError::MissingPart("model"))?;
        let primary = child(model, "instance").ok_or(DefinitionError::MissingPart("primary instance"))?;
        let primary = primary.first_element_child().ok_or(DefinitionError::MissingPart("primary instance"))?;
        let body = child(root, "body");
        let submission = child(model, "submission");
        if let Some(node) = submission
            && let Some(method) = attribute(node, "method")
            && !matches!(method, "post" | "form-data-post")
        {
            let (place, value) = ("submission method".to_owned(), method.to_owned());
            return Err(DefinitionError::NotAllowed { row: row(node), place, value, needs: "write post" });
        }

        let mut definition = Definition {
            title: descendant(root, "title").map(|title| text_within(title).trim().to_owned()).unwrap_or_default(),
            id: attribute(primary, "id").or_else(|| primary.tag_name().namespace()).unwrap_or_default().to_owned(),
            version: attribute(primary, "version").unwrap_or_default().to_owned(),
            style: words(body.and_then(|body| attribute(body, "class"))),
            submission_url: submission.and_then(|submission| attribute(submission, "action")).map(str::to_owned),
            public_key: submission
                .and_then(|submission| attribute(submission, "base64RsaPublicKey"))
                .map(str::to_owned),
            languages: Vec::new(),
            warnings: Vec::new(),
            fields: Vec::new(),
            controls: Vec::new(),
            actions: Vec::new(),
            instance: Tree::new(),
            secondary: Vec::new(),
            namespaces: Vec::new(),
            prefixes: Prefixes::new(),
            graph: Graph::default(),
        };
        for namespace in primary.namespaces() {
            let (name, uri) = (namespace.name().map(str::to_owned), namespace.uri().to_owned());
            if let Some(name) = &name {
                definition.prefixes.insert(name.clone(), uri.clone());
            }
            if !matches!(namespace.name(), Some("xml")) {
                definition.namespaces.push((name, uri));
            }
        }
        definition.read_instance(primary);
        definition.read_languages(model)?;
        definition.read_secondary(model, external)?;

        // Repeats first: what a path means depends on them.
        if let Some(body) = body {
            let mut repeats = HashSet::new();
            definition.find_repeats(body, None, &mut repeats)?;
            definition.make_repeats(&repeats);
            definition.read_controls(body, None, None)?;
        }
        for bind in children(model, "bind") {
            match definition.read_bind(bind) {
                // A bind of nothing changes nothing.
                Err(error @ DefinitionError::UnknownPath { .. }) => definition.warnings.push(error),
                read => read?,
            }
        }
        definition.read_actions(model, None, None)?;
        definition.identify();
        definition.graph = definition.build_graph()?;
        Ok(definition)
    }

    fn read_instance(&mut self, primary: Xml<'_, '_>) {
        let root = self.instance.add_element(NodeId::DOCUMENT, name_of(primary));
        self.instance.copy_attributes(primary, root);
        self.instance.copy_children(primary, root, false);
        self.add_instance_id(root);
        let root_field = self.add_field(root, None, false);
        let mut open = vec![(root, root_field)];
        while let Some((node, field)) = open.pop() {
            for attribute in self.instance.node(node).attributes().to_vec() {
                if !is_template_mark(&self.instance, attribute) {
                    self.field_for(attribute, field, true);
                }
            }
            for child in self.instance.elements(node).collect::<Vec<_>>() {
                let child_field = self.field_for(child, field, false);
                open.push((child, child_field));
            }
        }
    }

    /// Every record has an `instanceID`, whether the form says so or not.
    fn add_instance_id(&mut self, root: NodeId) {
        let name = |local: &str, like: Option<&Name>| {
            let (prefix, namespace) = match like {
                Some(like) => (like.prefix.clone(), like.namespace.clone()),
                None => (Some("orx".to_owned()), Some("http://openrosa.org/xforms".to_owned())),
            };
            Arc::new(Name { prefix, local: local.to_owned(), namespace })
        };
        let meta = self.instance.child(root, "meta");
        let meta = meta.unwrap_or_else(|| self.instance.add_element(root, name("meta", None)));
        if self.instance.child(meta, "instanceID").is_none() {
            let like = self.instance.node(meta).name().cloned();
            self.instance.add_element(meta, name("instanceID", like.as_ref()));
        }
    }

    /// An `instanceID` that nothing fills in is given by chance.
    fn identify(&mut self) {
        let child = |fields: &[Field], parent: FieldId, local: &str| {
            fields[parent.0].children.iter().copied().find(|id| fields[id.0].name.local == local)
        };
        let meta = child(&self.fields, FieldId(0), "meta");
        let id = meta.and_then(|meta| child(&self.fields, meta, "instanceID"));
        let set = |id: FieldId| self.actions.iter().any(|action| action.target == id);
        let root = self.instance.root();
        let given = root.and_then(|root| self.instance.child(root, "meta"));
        let given = given.and_then(|meta| self.instance.child(meta, "instanceID"));
        let blank = given.is_none_or(|given| self.instance.text(given).is_empty());
        if let Some(id) = id.filter(|id| blank && !set(*id)) {
            let bind = &mut self.fields[id.0].bind;
            if bind.calculate.is_none() && bind.preload.is_none() {
                bind.preload = Some(("uid".to_owned(), String::new()));
            }
        }
    }

    /// The field of a node beneath another's; nodes of one name share it.
    fn field_for(&mut self, node: NodeId, parent: FieldId, is_attribute: bool) -> FieldId {
        let name = self.instance.node(node).name();
        let siblings = if is_attribute { &self.fields[parent.0].attributes } else { &self.fields[parent.0].children };
        let held = siblings.iter().copied().find(|id| Some(self.fields[id.0].name.as_ref()) == name);
        held.unwrap_or_else(|| {
            let id = self.add_field(node, Some(parent), is_attribute);
            let parent = &mut self.fields[parent.0];
            if is_attribute {
                parent.attributes.push(id)
            } else {
                parent.children.push(id)
            }
            id
        })
    }

    fn add_field(&mut self, node: NodeId, parent: Option<FieldId>, is_attribute: bool) -> FieldId {
        let name = self.instance.node(node).name.clone().unwrap_or_default();
        let (above, depth) =
            parent.map_or(("", 0), |id| (self.fields[id.0].path.as_str(), self.fields[id.0].depth + 1));
        let path = format!("{above}/{}{}", if is_attribute { "@" } else { "" }, name.qualified());
        let id = FieldId(self.fields.len());
        self.fields.push(Field {
            name,
            path,
            parent,
            children: Vec::new(),
            attributes: Vec::new(),
            is_attribute,
            bind: Bind::default(),
            control: None,
            repeat: None,
            depth,
        });
        id
    }

    fn read_languages(&mut self, model: Xml<'_, '_>) -> Result<(), DefinitionError> {
        let Some(itext) = child(model, "itext") else { return Ok(()) };
        let mut first = 0;
        for (index, translation) in children(itext, "translation").enumerate() {
            let name = attribute(translation, "lang").unwrap_or_default().to_owned();
            if self.languages.iter().any(|held| held.name == name) {
                return Err(DefinitionError::Twice { row: row(translation), what: "the language", name });
            }
            if attribute(translation, "default").is_some_and(|default| default != "false()") {
                first = index;
            }
            let mut texts = HashMap::new();
            for text in children(translation, "text") {
                let mut forms = Vec::new();
                for value in children(text, "value") {
                    forms.push((attribute(value, "form").map(str::to_owned), self.read_parts(value, None)?));
                }
                texts.insert(attribute(text, "id").unwrap_or_default().to_owned(), forms);
            }
            self.languages.push(Language { name, texts });
        }
        if first < self.languages.len() {
            let language = self.languages.remove(first);
            self.languages.insert(0, language);
        }
        Ok(())
    }

    fn read_secondary(&mut self, model: Xml<'_, '_>, external: &External) -> Result<(), DefinitionError> {
        for instance in children(model, "instance").skip(1) {
            let Some(id) = attribute(instance, "id") else {
                let (place, value) = ("instance".to_owned(), String::new());
                let needs = "give every instance after the first an id";
                return Err(DefinitionError::NotAllowed { row: row(instance), place, value, needs });
            };
            if self.secondary.iter().any(|(held, _)| held == id) {
                return Err(DefinitionError::Twice { row: row(instance), what: "the instance", name: id.to_owned() });
            }
            let tree = match attribute(instance, "src") {
                Some(address) => match external.get(address) {
                    Some(content) => instances::read(address, content)?,
                    // What was saved last is nothing when nothing was given.
                    None if address == "jr://instance/last-saved" => self.last_saved(),
                    None => return Err(InstanceError::Missing(address.to_owned()).into()),
                },
                None => {
                    let mut tree = Tree::new();
                    tree.copy_children(instance, NodeId::DOCUMENT, false);
                    tree
                }
            };
            self.secondary.push((id.to_owned(), tree));
        }
        Ok(())
    }

    /// The form's own data without any answer.
    fn last_saved(&self) -> Tree {
        let mut tree = Tree::new();
        if let Some(root) = self.instance.root() {
            let copy = tree.graft(&self.instance, root, NodeId::DOCUMENT, 0);
            let leaves: Vec<NodeId> = tree.descendants(copy).filter(|node| !tree.has_elements(*node)).collect();
            for leaf in leaves {
                tree.set_text(leaf, "");
            }
        }
        tree
    }

    fn read_expr(
        &self,
        node: Xml<'_, '_>,
        name: &str,
        text: &str,
        at: Option<FieldId>,
    ) -> Result<Expr, DefinitionError> {
        let place = || format!("{} {name}", node.tag_name().name());
        let mut expr = Expr::parse(text, &self.prefixes).map_err(|error| DefinitionError::UnreadableExpression {
            row: row(node),
            place: place(),
            error,
        })?;
        if let Some(function) = expr.unknown_function() {
            let function = function.to_owned();
            return Err(DefinitionError::UnknownFunctionAt { row: row(node), place: place(), function });
        }
        if let Some(at) = at {
            contextualise(&mut expr, at, &self.fields);
        }
        Ok(expr)
    }

    fn read_optional(&self, node: Xml<'_, '_>, name: &str, at: FieldId) -> Result<Option<Expr>, DefinitionError> {
        match attribute(node, name) {
            Some(text) if !text.trim().is_empty() => self.read_expr(node, name, text, Some(at)).map(Some),
            _ => Ok(None),
        }
    }

    /// Reads how many instances a repeat has. This is asked of the element around it, as there may be no instance yet.
    fn read_count(&self, node: Xml<'_, '_>, repeat: FieldId) -> Result<Option<Expr>, DefinitionError> {
        let Some(text) = attribute(node, "count").filter(|text| !text.trim().is_empty()) else { return Ok(None) };
        let mut expr = self.read_expr(node, "jr:count", text, None)?;
        from_parent(&mut expr);
        contextualise(&mut expr, self.fields[repeat.0].parent.unwrap_or(repeat), &self.fields);
        Ok(Some(expr))
    }

    /// Reads a text with outputs.
    fn read_parts(&self, node: Xml<'_, '_>, at: Option<FieldId>) -> Result<Vec<Part>, DefinitionError> {
        let mut parts = Vec::new();
        for piece in node.children() {
            if piece.is_text() {
                parts.push(Part::Literal(piece.text().unwrap_or_default().to_owned()));
            } else if piece.is_element() && piece.tag_name().name() == "output" {
                let value = attribute(piece, "value").or_else(|| attribute(piece, "ref")).unwrap_or_default();
                parts.push(Part::Output(self.read_expr(piece, "value", value, at)?));
            } else if piece.is_element() {
                parts.extend(self.read_parts(piece, at)?);
            }
        }
        Ok(parts)
    }

    fn read_text(&self, node: Xml<'_, '_>, at: Option<FieldId>) -> Result<Text, DefinitionError> {
        let reference = match attribute(node, "ref") {
            Some(text) => Some(self.read_expr(node, "ref", text, at)?),
            None => None,
        };
        Ok(Text { reference, parts: self.read_parts(node, at)? })
    }

    /// A message of a `bind`: a text, or a call of `jr:itext()`.
    fn read_message(&self, node: Xml<'_, '_>, name: &str, at: FieldId) -> Result<Option<Text>, DefinitionError> {
        let Some(message) = attribute(node, name) else { return Ok(None) };
        if message.trim_start().starts_with("jr:itext(") {
            let reference = Some(self.read_expr(node, name, message, Some(at))?);
            return Ok(Some(Text { reference, parts: Vec::new() }));
        }
        Ok(Some(Text { reference: None, parts: vec![Part::Literal(message.to_owned())] }))
    }
}

impl Definition {
    /// The field that an attribute names.
    fn named(
        &self,
        node: Xml<'_, '_>,
        name: &str,
        within: Option<FieldId>,
    ) -> Result<Option<FieldId>, DefinitionError> {
        let Some(path) = attribute(node, name).filter(|path| !path.trim().is_empty()) else { return Ok(None) };
        let expr = self.read_expr(node, name, path, None)?;
        match self.target(&expr, Some(within.unwrap_or(FieldId(0)))) {
            Some(field) => Ok(Some(field)),
            None => Err(DefinitionError::UnknownPath {
                row: row(node),
                place: format!("{} {name}", node.tag_name().name()),
                path: path.to_owned(),
            }),
        }
    }

    fn read_controls(
        &mut self,
        node: Xml<'_, '_>,
        parent: Option<ControlId>,
        within: Option<FieldId>,
    ) -> Result<(), DefinitionError> {
        for element in node.children().filter(Xml::is_element) {
            let name = element.tag_name().name();
            let shows = matches!(
                name,
                "group"
                    | "repeat"
                    | "input"
                    | "secret"
                    | "select"
                    | "select1"
                    | "rank"
                    | "range"
                    | "trigger"
                    | "upload"
            );
            if shows {
                self.read_control(element, name, parent, within)?;
            }
        }
        Ok(())
    }

    fn read_control(
        &mut self,
        node: Xml<'_, '_>,
        name: &str,
        parent: Option<ControlId>,
        within: Option<FieldId>,
    ) -> Result<(), DefinitionError> {
        let field = match self.shown_field(node, within) {
            // A control of nothing shows nothing.
            Err(error @ DefinitionError::UnknownPath { .. }) => {
                self.warnings.push(error);
                return Ok(());
            }
            field => field?,
        };
        let at = field.or(within);
        let kind = match name {
            "group" => ControlKind::Group,
            "repeat" => ControlKind::Repeat,
            "select" => ControlKind::SelectMany(self.read_choices(node, at)?),
            "select1" => ControlKind::SelectOne(self.read_choices(node, at)?),
            "rank" => ControlKind::Rank(self.read_choices(node, at)?),
            "range" => ControlKind::Range(read_range(node)?),
            "trigger" => ControlKind::Trigger,
            "upload" => {
                let media = attribute(node, "accept").or_else(|| attribute(node, "mediatype"));
                ControlKind::Upload { media: media.map(str::to_owned) }
            }
            _ => ControlKind::Input,
        };
        let text = |name: &str| child(node, name).map(|node| self.read_text(node, at)).transpose();
        let (label, hint) = (text("label")?, text("hint")?);
        let repeats = matches!(kind, ControlKind::Repeat);
        // The group around a repeat asks for it.
        let around = parent.map(|parent| &self.controls[parent.0]).filter(|around| repeats && around.field == field);
        let label = label.or_else(|| around.and_then(|around| around.label.clone()));
        let id = ControlId(self.controls.len());
        self.controls.push(Control {
            kind,
            field,
            parent,
            children: Vec::new(),
            label,
            hint,
            appearance: words(attribute(node, "appearance")),
            attributes: node.attributes().map(|a| (a.name().to_owned(), a.value().to_owned())).collect(),
        });
        if let Some(parent) = parent {
            self.controls[parent.0].children.push(id);
        }
        if let Some(field) = field {
            let held = &mut self.fields[field.0];
            if held.control.is_none() || repeats {
                held.control = Some(id);
            }
        }
        if let (ControlKind::Repeat, Some(field)) = (&self.controls[id.0].kind, field) {
            let count = self.read_count(node, field)?;
            let fixed = attribute(node, "noAddRemove").is_some_and(|value| value.trim() == "true()");
            if let Some(repeat) = &mut self.fields[field.0].repeat {
                repeat.count = count;
                repeat.fixed = fixed;
            }
            if fixed {
                self.need_instance(field);
            }
        }
        self.read_actions(node, Some(id), at)?;
        if matches!(name, "group" | "repeat") {
            self.read_controls(node, Some(id), at)?;
        }
        Ok(())
    }

    /// A repeat to which the user can add nothing has one instance at least.
    fn need_instance(&mut self, repeat: FieldId) {
        let Repeat { count, template, written, .. } = match &self.fields[repeat.0].repeat {
            Some(held) => held,
            None => return,
        };
        let around = self.fields[repeat.0].parent.and_then(|parent| self.only_node(parent));
        if let (None, true, Some(around), Some(root)) = (count, written.is_empty(), around, template.root()) {
            let last = self.instance.node(around).children().len();
            self.instance.graft(template, root, around, last);
        }
    }

    /// The node of a field that stands in no repeat.
    fn only_node(&self, field: FieldId) -> Option<NodeId> {
        let mut way: Vec<FieldId> = self.upwards(field).collect();
        let mut node = self.instance.root()?;
        way.pop();
        while let Some(field) = way.pop() {
            let name = Some(self.fields[field.0].name.as_ref());
            node = self.instance.elements(node).find(|node| self.instance.node(*node).name() == name)?;
        }
        Some(node)
    }

    fn read_choices(&self, node: Xml<'_, '_>, at: Option<FieldId>) -> Result<Choices, DefinitionError> {
        let Some(set) = child(node, "itemset") else {
            let mut items = Vec::new();
            for item in children(node, "item") {
                let label = child(item, "label").map(|label| self.read_text(label, at)).transpose()?;
                let value = child(item, "value").map(|value| text_within(value).trim().to_owned()).unwrap_or_default();
                items.push(Item { value, label });
            }
            return Ok(Choices::Items(items));
        };
        let nodes = self.read_expr(set, "nodeset", attribute(set, "nodeset").unwrap_or_default(), at)?;
        let value = child(set, "value").ok_or(DefinitionError::MissingPart("value in an itemset"))?;
        let value = self.read_expr(value, "ref", attribute(value, "ref").unwrap_or_default(), None)?;
        let label = child(set, "label").map(|label| self.read_text(label, None)).transpose()?;
        Ok(Choices::Set { nodes, value, label })
    }

    /// The field that a control shows.
    fn shown_field(&self, node: Xml<'_, '_>, within: Option<FieldId>) -> Result<Option<FieldId>, DefinitionError> {
        match self.named(node, "ref", within)? {
            None => self.named(node, "nodeset", within),
            field => Ok(field),
        }
    }

    /// Finds the fields that repeat.
    fn find_repeats(
        &self,
        node: Xml<'_, '_>,
        within: Option<FieldId>,
        repeats: &mut HashSet<FieldId>,
    ) -> Result<(), DefinitionError> {
        for element in node.children().filter(Xml::is_element) {
            let name = element.tag_name().name();
            if !matches!(name, "group" | "repeat") {
                continue;
            }
            let field = match self.shown_field(element, within) {
                Err(DefinitionError::UnknownPath { .. }) => continue,
                field => field?,
            };
            if name == "repeat" {
                repeats.extend(field);
            }
            self.find_repeats(element, field.or(within), repeats)?;
        }
        Ok(())
    }

    /// Takes the templates of repeats out of the instance.
    fn make_repeats(&mut self, repeats: &HashSet<FieldId>) {
        let mut marked: Vec<NodeId> = Vec::new();
        let mut templates: HashMap<FieldId, (bool, NodeId)> = HashMap::new();
        let mut written: HashMap<FieldId, Vec<NodeId>> = HashMap::new();
        let Some(root) = self.instance.root() else { return };
        let mut open = vec![(root, FieldId(0))];
        while let Some((node, field)) = open.pop() {
            let mark = self.instance.node(node).attributes().iter().copied();
            let mark = mark.clone().find(|attribute| is_template_mark(&self.instance, *attribute));
            if let Some(mark) = mark {
                self.instance.detach(mark);
                if repeats.contains(&field) {
                    marked.push(node);
                }
            }
            if repeats.contains(&field) {
                if mark.is_none() {
                    written.entry(field).or_default().push(node);
                }
                let held = templates.entry(field).or_insert((mark.is_some(), node));
                if mark.is_some() && !held.0 {
                    *held = (true, node);
                }
            }
            let children: Vec<NodeId> = self.instance.elements(node).collect();
            for child in children.into_iter().rev() {
                let name = self.instance.node(child).name();
                let held = self.fields[field.0].children.iter().copied();
                if let Some(id) = held.clone().find(|id| Some(self.fields[id.0].name.as_ref()) == name) {
                    open.push((child, id));
                }
            }
        }
        // What is copied holds no templates of repeats within it.
        let instance = &self.instance;
        let copy = |node: NodeId| {
            let mut tree = Tree::new();
            tree.graft_without(instance, node, NodeId::DOCUMENT, 0, &marked);
            tree
        };
        let mut made: Vec<(FieldId, Repeat)> = Vec::new();
        for (field, (_, node)) in &templates {
            let written = written.get(field).map_or(&[][..], Vec::as_slice);
            let written = written.iter().take(MOST_WRITTEN).map(|node| copy(*node)).collect();
            made.push((*field, Repeat { count: None, fixed: false, template: copy(*node), written }));
        }
        for node in marked {
            self.instance.detach(node);
        }
        for (field, repeat) in made {
            self.fields[field.0].repeat = Some(repeat);
        }
    }

    fn read_bind(&mut self, node: Xml<'_, '_>) -> Result<(), DefinitionError> {
        let name = if node.has_attribute("nodeset") { "nodeset" } else { "ref" };
        let Some(field) = self.named(node, name, None)? else {
            let (place, value) = ("bind nodeset".to_owned(), String::new());
            return Err(DefinitionError::NotAllowed { row: row(node), place, value, needs: "name a field" });
        };
        let preload = attribute(node, "preload")
            .map(|preload| (preload.to_owned(), attribute(node, "preloadParams").unwrap_or_default().to_owned()));
        let bind = Bind {
            data_type: attribute(node, "type").map(DataType::named).unwrap_or_default(),
            calculate: self.read_optional(node, "calculate", field)?,
            relevant: self.read_optional(node, "relevant", field)?,
            required: self.read_optional(node, "required", field)?,
            readonly: self.read_optional(node, "readonly", field)?,
            constraint: self.read_optional(node, "constraint", field)?,
            required_message: self.read_message(node, "requiredMsg", field)?,
            constraint_message: self.read_message(node, "constraintMsg", field)?,
            preload,
            save_to: attribute(node, "saveto").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned),
        };
        self.fields[field.0].bind = bind;
        Ok(())
    }
}

/// Makes paths that begin with the parent begin one level higher.
fn from_parent(expr: &mut Expr) {
    if let Expr::Path(Path { start, steps }) = expr
        && matches!(start, Start::Context) | matches!(start, Start::Nodes(base, _) if is_current(base))
    {
        if let Some(first) = steps.first_mut().filter(|first| first.axis == Axis::Parent) {
            first.axis = Axis::Itself;
        }
        return;
    }
    for part in expr.parts_mut() {
        from_parent(part);
    }
}

fn is_current(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(Function::Current, _))
}

fn read_range(node: Xml<'_, '_>) -> Result<Range, DefinitionError> {
    let number = |name: &str| {
        let written = attribute(node, name).unwrap_or_default();
        written.trim().parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(|| {
            DefinitionError::NotAllowed {
                row: row(node),
                place: format!("range {name}"),
                value: written.to_owned(),
                needs: "write a number",
            }
        })
    };
    Ok(Range { start: number("start")?, end: number("end")?, step: number("step")? })
}

fn read_events(node: Xml<'_, '_>) -> Result<Vec<Event>, DefinitionError> {
    let written = attribute(node, "event").unwrap_or_default();
    let event = |name: &str| {
        Ok(match name {
            "odk-instance-first-load" | "xforms-ready" => Event::FirstLoad,
            "odk-instance-load" => Event::Load,
            "xforms-value-changed" => Event::ValueChanged,
            "odk-new-repeat" => Event::NewRepeat,
            other => {
                return Err(DefinitionError::NotAllowed {
                    row: row(node),
                    place: format!("{} event", node.tag_name().name()),
                    value: other.to_owned(),
                    needs: "write odk-instance-first-load, odk-instance-load, xforms-value-changed or odk-new-repeat",
                });
            }
        })
    };
    written.split_whitespace().map(event).collect()
}

impl Definition {
    /// Reads the actions within an element; `within` is the control around them.
    fn read_actions(
        &mut self,
        node: Xml<'_, '_>,
        within: Option<ControlId>,
        at: Option<FieldId>,
    ) -> Result<(), DefinitionError> {
        for action in node.children().filter(Xml::is_element) {
            let element = action;
            let name = element.tag_name().name();
            if !matches!(name, "setvalue" | "setgeopoint") {
                continue;
            }
            if name == "setgeopoint" && element.tag_name().namespace() != Some("http://www.opendatakit.org/xforms") {
                continue;
            }
            let events = read_events(element)?;
            if events.contains(&Event::NewRepeat) && within.is_none() {
                return Err(DefinitionError::NotAllowed {
                    row: row(element),
                    place: format!("{name} event"),
                    value: "odk-new-repeat".to_owned(),
                    needs: "put the action into its repeat, in the body",
                });
            }
            let path = if element.has_attribute("ref") { "ref" } else { "bind" };
            // An action may name its target by the id of the target's bind.
            let bind = attribute(element, "bind").and_then(|id| {
                let binds = element.document().descendants();
                binds.filter(|bind| bind.tag_name().name() == "bind").find(|bind| attribute(*bind, "id") == Some(id))
            });
            let (element, path, at) = match bind.filter(|_| path == "bind") {
                Some(bind) => (bind, "nodeset", None),
                None => (element, path, at),
            };
            let Some(target) = self.named(element, path, at)? else { continue };
            let target_path = self.read_expr(element, path, attribute(element, path).unwrap_or_default(), at)?;
            let effect = match attribute(action, "value") {
                _ if name == "setgeopoint" => Effect::Geopoint,
                Some(value) if !value.trim().is_empty() => {
                    Effect::Value(self.read_expr(action, "value", value, Some(target))?)
                }
                _ => Effect::Literal(text_within(action).trim().to_owned()),
            };
            self.actions.push(Action { events, target, target_path, effect, within });
        }
        Ok(())
    }
}

/// Whether an attribute marks the template of a repeat.
fn is_template_mark(tree: &Tree, attribute: NodeId) -> bool {
    let name = tree.node(attribute).name();
    name.is_some_and(|name| {
        name.local == "template" && name.namespace.as_deref() == Some("http://openrosa.org/javarosa")
    })
}

fn row(node: Xml<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().start).row
}

/// The value of an attribute by its name without prefix.
fn attribute<'a>(node: Xml<'a, '_>, name: &str) -> Option<&'a str> {
    let plain = node.attribute(name);
    plain.or_else(|| node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value()))
}

fn children<'a, 'i>(node: Xml<'a, 'i>, name: &str) -> impl Iterator<Item = Xml<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn child<'a, 'i>(node: Xml<'a, 'i>, name: &str) -> Option<Xml<'a, 'i>> {
    children(node, name).next()
}

fn descendant<'a, 'i>(node: Xml<'a, 'i>, name: &str) -> Option<Xml<'a, 'i>> {
    node.descendants().find(|node| node.is_element() && node.tag_name().name() == name)
}

fn text_within(node: Xml<'_, '_>) -> String {
    node.descendants().filter(Xml::is_text).filter_map(|text| text.text()).collect()
}

fn words(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}
