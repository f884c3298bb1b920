//! The model: the answers' instance, what is looked up, and binds.

use crate::form::instances::{Source, instances};
use crate::form::{Action, ActionKind, Attributes, ChoiceList, Event, Kind, NodeId, ROOT, Text};

use super::itext::{is_message_translated, text_ref};
use super::paths::View;
use super::{Writer, XFORMS_VERSION};

impl Writer<'_> {
    /// The `model` element.
    pub(super) fn model(&mut self) {
        self.xml.open("model").attribute("odk:xforms-version", XFORMS_VERSION);
        if let Some(version) = self.form.entities_version {
            self.xml.attribute("entities:entities-version", version.number());
        }
        self.submission();
        self.itext();
        self.xml.open("instance");
        self.element(ROOT, false);
        self.xml.close();
        for instance in instances(self.form) {
            self.xml.open("instance").attribute("id", &instance.id);
            match instance.source {
                Source::Uri(uri) => {
                    self.xml.attribute("src", &uri);
                }
                Source::List(list) => self.list(list),
            }
            self.xml.close();
        }
        self.binds(ROOT);
        self.xml.close();
    }

    fn submission(&mut self) {
        let settings = &self.form.settings;
        let mut attributes = Vec::new();
        if let Some(url) = &settings.submission_url {
            attributes.extend([("action", url.as_str()), ("method", "post")]);
        }
        attributes.extend(settings.public_key.as_deref().map(|key| ("base64RsaPublicKey", key)));
        attributes.extend(settings.auto_send.as_deref().map(|send| ("orx:auto-send", send)));
        attributes.extend(settings.auto_delete.as_deref().map(|delete| ("orx:auto-delete", delete)));
        attributes.extend(settings.client_editable.then_some(("odk:client-editable", "true")));
        if attributes.is_empty() {
            return;
        }
        self.xml.open("submission");
        for (name, value) in attributes {
            self.xml.attribute(name, value);
        }
        self.xml.close();
    }

    /// A node of the instance. A repeat stands there twice: as the template of those that are added, and as the first
    /// of them; what lies within the first needs no templates of its own.
    fn element(&mut self, id: NodeId, in_first: bool) {
        let node = self.form.node(id);
        self.xml.open(&node.name);
        let mut attributes = Attributes::default();
        if id == ROOT {
            let settings = &self.form.settings;
            settings.attributes.iter().for_each(|(name, value)| attributes.set(name, value));
            attributes.set("id", settings.id.as_str());
            let optional = [
                ("xmlns", &settings.instance_namespace),
                ("version", &settings.version),
                ("odk:prefix", &settings.compact_prefix),
                ("odk:delimiter", &settings.compact_delimiter),
            ];
            for (name, value) in optional {
                if let Some(value) = value {
                    attributes.set(name, value.as_str());
                }
            }
        }
        node.instance.iter().for_each(|(name, value)| attributes.set(name, value));
        for (name, value) in attributes.iter() {
            self.attribute(name, value, View::from(id));
        }
        for child in &node.children {
            if let Kind::Attribute(value) = &self.form.node(*child).kind {
                self.xml.attribute(&self.form.node(*child).name, value);
            }
        }
        for child in &node.children {
            match self.form.node(*child).kind {
                Kind::Attachment(_) | Kind::Attribute(_) => {}
                Kind::Repeat if !in_first => {
                    self.template(*child);
                    self.element(*child, true);
                }
                _ => self.element(*child, in_first),
            }
        }
        if let Some(default) = &node.default {
            self.xml.text(default);
        }
        self.xml.close();
    }

    fn template(&mut self, id: NodeId) {
        let node = self.form.node(id);
        self.xml.open(&node.name).attribute("jr:template", "");
        for child in &node.children {
            match self.form.node(*child).kind {
                Kind::Attachment(_) => {}
                Kind::Repeat => self.template(*child),
                _ => self.element(*child, false),
            }
        }
        self.xml.close();
    }

    fn list(&mut self, list: &ChoiceList) {
        let translated = list.is_translated;
        self.xml.open("root");
        for (number, choice) in list.choices.iter().enumerate() {
            self.xml.open("item");
            if translated {
                let id = format!("{}-{number}", list.name);
                self.xml.open("itextId").text(&id).close();
            }
            self.xml.open("name").text(&choice.name).close();
            if let Some(label) = choice.label.untranslated().filter(|_| !translated) {
                self.xml.open("label").text(label).close();
            }
            for (name, value) in &choice.extra {
                self.xml.open(name).text(value).close();
            }
            self.xml.close();
        }
        self.xml.close();
    }

    /// Binds of a node and all below it, each with what is done when the form is opened.
    fn binds(&mut self, id: NodeId) {
        self.bind(id);
        let node = self.form.node(id);
        for action in node.actions.iter().filter(|action| action.event != Event::NewRepeat) {
            self.action(id, action);
        }
        for child in &node.children {
            self.binds(*child);
        }
    }

    fn bind(&mut self, id: NodeId) {
        let node = self.form.node(id);
        if matches!(node.kind, Kind::Attachment(_)) {
            return;
        }
        let message = |text: &Text, name, by_reference: bool| {
            let translated = if by_reference { is_message_translated(text) } else { text.is_translated() };
            if translated { Some(text_ref(&self.paths, id, name)) } else { text.untranslated().map(str::to_string) }
        };
        let messages = [
            ("jr:constraintMsg", message(&node.constraint_message, "jr:constraintMsg", true)),
            ("jr:requiredMsg", message(&node.required_message, "jr:requiredMsg", true)),
            ("jr:noAppErrorString", message(&node.no_app_message, "jr:noAppErrorString", false)),
        ];
        if node.bind.is_empty() && messages.iter().all(|(_, text)| text.is_none()) {
            return;
        }
        self.xml.open("bind").attribute("nodeset", self.paths.of(id));
        for (name, value) in node.bind.iter() {
            // What triggers it calculates it, and nothing else.
            let set_by_trigger = name == "calculate" && !node.triggers.is_empty();
            if name != "nodeset" && !set_by_trigger {
                self.attribute(name, value, View::from(id));
            }
        }
        for (name, text) in messages {
            if let Some(text) = text {
                self.attribute(name, &text, View::from(id));
            }
        }
        self.xml.close();
    }

    /// What is done at an event.
    pub(super) fn action(&mut self, id: NodeId, action: &Action) {
        let (tag, more) = match &action.kind {
            ActionKind::SetValue(expression) => ("setvalue", Some(("value", expression.as_str()))),
            ActionKind::SetGeopoint => ("odk:setgeopoint", None),
            ActionKind::RecordAudio { quality } => {
                ("odk:recordaudio", quality.as_deref().map(|quality| ("odk:quality", quality)))
            }
        };
        let event = match action.event {
            Event::FirstLoad => "odk-instance-first-load",
            Event::Load => "odk-instance-load",
            Event::NewRepeat => "odk-new-repeat",
        };
        self.xml.open(tag).attribute("ref", self.paths.of(id)).attribute("event", event);
        if let Some((name, value)) = more {
            self.attribute(name, value, View::from(id));
        }
        self.xml.close();
    }
}
