//! Which fields an expression speaks of, and what absolute paths mean within a repeat.

use super::{Definition, Field, FieldId};
use crate::xpath::{Axis, Expr, Function, NodeTest, Path, Start, Step};

/// A field that an expression reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Read {
    pub(crate) field: FieldId,
    /// The outermost field on the way there: instances of repeats within it are those of the reader. None where the
    /// way leads over the document.
    pub(crate) within: Option<FieldId>,
    /// Whether a predicate on the way may choose another instance of a repeat.
    pub(crate) chosen: bool,
}

/// Where a path has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Document,
    Field(Read),
}

/// Makes absolute paths stand for the instance of a repeat in which the expression stands: `/data/member/age`, said
/// within `/data/member`, is this member's age. A path that ends at the repeat means all instances.
pub(super) fn contextualise(expr: &mut Expr, at: FieldId, fields: &[Field]) {
    let call_of_repeats = matches!(expr, Expr::Call(Function::IndexedRepeat, _));
    for (index, part) in expr.parts_mut().into_iter().enumerate() {
        // The node and the repeats of indexed-repeat() are looked for in all instances.
        if call_of_repeats && (index == 0 || index % 2 == 1) {
            make_absolute(part, at, fields);
        } else {
            contextualise(part, at, fields);
        }
    }
    let Expr::Path(path) = expr else { return };
    if !matches!(path.start, Start::Root) {
        return;
    }
    let mut around: Vec<FieldId> = std::iter::successors(Some(at), |id| fields[id.0].parent).collect();
    around.reverse();
    let shared = path.steps.iter().zip(&around).take_while(|(step, id)| names(step, &fields[id.0]));
    let repeat = shared
        .enumerate()
        .filter(|(depth, (_, id))| fields[id.0].repeat.is_some() && depth + 1 < path.steps.len())
        .map(|(depth, _)| depth)
        .last();
    let Some(depth) = repeat else { return };
    let up = around.len() - 1 - depth;
    let parent = || Step { axis: Axis::Parent, test: NodeTest::Node, predicates: Vec::new() };
    let down = path.steps.split_off(depth + 1);
    path.steps = std::iter::repeat_with(parent).take(up).chain(down).collect();
    path.start = Start::Nodes(Box::new(Expr::Call(Function::Current, Vec::new())), Vec::new());
}

/// Makes a relative path absolute, where it consists of names and parents.
fn make_absolute(expr: &mut Expr, at: FieldId, fields: &[Field]) {
    let Expr::Path(Path { start, steps }) = expr else { return };
    if !matches!(start, Start::Context) || steps.iter().any(|step| !step.predicates.is_empty()) {
        return;
    }
    let up = steps.iter().take_while(|step| step.axis == Axis::Parent).count();
    let down = steps.iter().skip(up).all(|step| step.axis == Axis::Child);
    if !down {
        return;
    }
    let around = std::iter::successors(Some(at), |id| fields[id.0].parent).skip(up);
    let mut absolute: Vec<Step> = around.map(|id| step_to(&fields[id.0])).collect();
    absolute.reverse();
    absolute.extend(steps.drain(..).skip(up));
    *steps = absolute;
    *start = Start::Root;
}

fn step_to(field: &Field) -> Step {
    let name = &field.name;
    let test =
        NodeTest::Name { prefix: name.prefix.clone(), namespace: name.namespace.clone(), local: name.local.clone() };
    Step { axis: if field.is_attribute { Axis::Attribute } else { Axis::Child }, test, predicates: Vec::new() }
}

fn names(step: &Step, field: &Field) -> bool {
    step.predicates.is_empty() && step.axis == Axis::Child && !field.is_attribute && fits(&step.test, field)
}

fn fits(test: &NodeTest, field: &Field) -> bool {
    match test {
        NodeTest::Node | NodeTest::AnyName { prefix: None, .. } => true,
        NodeTest::Name { prefix: None, local, .. } => field.name.local == *local && field.name.prefix.is_none(),
        NodeTest::Name { namespace: Some(namespace), local, .. } => {
            field.name.local == *local && field.name.namespace.as_ref() == Some(namespace)
        }
        NodeTest::Name { prefix, local, .. } => field.name.local == *local && field.name.prefix == *prefix,
        NodeTest::AnyName { namespace, .. } => field.name.namespace == *namespace,
        NodeTest::Text | NodeTest::Comment | NodeTest::Instruction(_) => false,
    }
}

impl Definition {
    /// A copy of an expression whose absolute paths stand for the instances of repeats around a field.
    pub(crate) fn contextualised(&self, expr: &Expr, at: FieldId) -> Expr {
        let mut expr = expr.clone();
        contextualise(&mut expr, at, &self.fields);
        expr
    }

    /// The fields that an expression reads when it is evaluated for a field.
    pub(crate) fn reads(&self, expr: &Expr, at: FieldId) -> Vec<Read> {
        let mut reads = Vec::new();
        let here = Place::Field(Read { field: at, within: Some(at), chosen: false });
        let places = self.follow(expr, &[here], here, &mut reads);
        self.read_within(&places, &mut reads);
        reads.sort_unstable();
        reads.dedup();
        reads
    }

    /// The only field that a path leads to from a field, or from the document.
    pub(crate) fn target(&self, expr: &Expr, at: Option<FieldId>) -> Option<FieldId> {
        let here = at.map_or(Place::Document, |at| Place::Field(Read { field: at, within: None, chosen: false }));
        match self.follow(expr, &[here], here, &mut Vec::new()).first()? {
            Place::Field(read) => Some(read.field),
            Place::Document => None,
        }
    }

    /// Follows an expression from where it stands; notes what it reads and says where it leads.
    fn follow(&self, expr: &Expr, from: &[Place], current: Place, reads: &mut Vec<Read>) -> Vec<Place> {
        match expr {
            Expr::Path(path) => {
                let places = self.follow_path(path, from, current, reads);
                reads.extend(places.iter().filter_map(as_read));
                places
            }
            Expr::Union(all) => all.iter().flat_map(|one| self.follow(one, from, current, reads)).collect(),
            Expr::Call(function, arguments) => {
                let mut led: Vec<Vec<Place>> =
                    arguments.iter().map(|argument| self.follow(argument, from, current, reads)).collect();
                if !matches!(function, Function::Position | Function::Count | Function::IndexedRepeat) {
                    led.iter().for_each(|places| self.read_within(places, reads));
                }
                match function {
                    Function::Current => vec![current],
                    Function::If if led.len() == 3 => led.drain(1..).flatten().collect(),
                    Function::Randomize | Function::IndexedRepeat if !led.is_empty() => led.swap_remove(0),
                    Function::Position | Function::Last if arguments.is_empty() => Vec::new(),
                    // These read the context node where no argument is given.
                    Function::String | Function::Number | Function::StringLength | Function::NormalizeSpace
                        if arguments.is_empty() =>
                    {
                        reads.extend(from.iter().filter_map(as_read));
                        Vec::new()
                    }
                    _ => Vec::new(),
                }
            }
            _ => {
                for part in expr.parts() {
                    let places = self.follow(part, from, current, reads);
                    self.read_within(&places, reads);
                }
                Vec::new()
            }
        }
    }

    /// Notes that the text of groups is that of the fields within.
    fn read_within(&self, places: &[Place], reads: &mut Vec<Read>) {
        for read in places.iter().filter_map(as_read).filter(|read| !self.field(read.field).children.is_empty()) {
            let within = self.elements().filter(|id| self.upwards(*id).skip(1).any(|above| above == read.field));
            reads.extend(within.map(|field| Read { field, ..read }));
        }
    }

    fn follow_path(&self, path: &Path, from: &[Place], current: Place, reads: &mut Vec<Read>) -> Vec<Place> {
        let mut places = match &path.start {
            Start::Root => vec![Place::Document],
            Start::Context => from.to_vec(),
            Start::Nodes(base, predicates) => {
                // `current()/..` does not read the current node itself.
                let places = match base.as_ref() {
                    Expr::Call(Function::Current, _) => vec![current],
                    base => self.follow(base, from, current, reads),
                };
                self.follow_predicates(predicates, places, current, reads)
            }
        };
        for step in &path.steps {
            places = places.iter().flat_map(|place| self.step(*place, step)).collect();
            places.dedup();
            places = self.follow_predicates(&step.predicates, places, current, reads);
        }
        places
    }

    fn follow_predicates(
        &self,
        predicates: &[Expr],
        mut places: Vec<Place>,
        current: Place,
        reads: &mut Vec<Read>,
    ) -> Vec<Place> {
        for predicate in predicates {
            self.follow(predicate, &places, current, reads);
            for place in &mut places {
                if let Place::Field(read) = place {
                    read.chosen |= self.field(read.field).repeat.is_some();
                }
            }
        }
        places
    }

    fn step(&self, from: Place, step: &Step) -> Vec<Place> {
        let down = |ids: &mut dyn Iterator<Item = FieldId>, read: Option<Read>| -> Vec<Place> {
            let fitting = ids.filter(|id| fits(&step.test, self.field(*id)));
            let (within, chosen) = read.map_or((None, false), |read| (read.within, read.chosen));
            fitting.map(|field| Place::Field(Read { field, within, chosen })).collect()
        };
        let Place::Field(read) = from else {
            return match step.axis {
                Axis::Child => down(&mut self.fields().map(|(id, _)| id).take(1), None),
                Axis::Descendant => down(&mut self.elements(), None),
                Axis::DescendantOrSelf => {
                    let mut places = down(&mut self.elements(), None);
                    places.push(Place::Document);
                    places
                }
                Axis::Itself => vec![from],
                _ => Vec::new(),
            };
        };
        let field = self.field(read.field);
        match step.axis {
            Axis::Child => down(&mut field.children.iter().copied(), Some(read)),
            Axis::Attribute => down(&mut field.attributes.iter().copied(), Some(read)),
            Axis::Itself => down(&mut std::iter::once(read.field), Some(read)),
            Axis::Descendant | Axis::DescendantOrSelf => {
                let with_self = step.axis == Axis::DescendantOrSelf;
                let beneath = self.elements().filter(|id| {
                    self.upwards(*id).any(|above| above == read.field) && (with_self || *id != read.field)
                });
                down(&mut { beneath }, Some(read))
            }
            Axis::Parent => match field.parent {
                Some(parent) if step.test == NodeTest::Node || fits(&step.test, self.field(parent)) => {
                    vec![Place::Field(self.up(read, parent))]
                }
                None => vec![Place::Document],
                Some(_) => Vec::new(),
            },
            Axis::Ancestor | Axis::AncestorOrSelf => {
                let skip = usize::from(step.axis == Axis::Ancestor);
                let above = self.upwards(read.field).skip(skip).filter(|id| fits(&step.test, self.field(*id)));
                above.map(|id| Place::Field(self.up(read, id))).collect()
            }
            Axis::FollowingSibling | Axis::PrecedingSibling => match field.parent {
                Some(parent) => {
                    let read = Read { chosen: true, ..self.up(read, parent) };
                    down(&mut self.field(parent).children.iter().copied(), Some(read))
                }
                None => Vec::new(),
            },
            Axis::Following | Axis::Preceding => {
                down(&mut self.elements(), Some(Read { field: read.field, within: None, chosen: true }))
            }
            Axis::Namespace => Vec::new(),
        }
    }

    fn elements(&self) -> impl Iterator<Item = FieldId> + '_ {
        self.fields().filter(|(_, field)| !field.is_attribute).map(|(id, _)| id)
    }

    /// A place above: the way now leads over it, if it did not lead higher already.
    fn up(&self, read: Read, above: FieldId) -> Read {
        let within =
            read.within.map(|within| if self.field(within).depth > self.field(above).depth { above } else { within });
        Read { field: above, within, chosen: read.chosen }
    }
}

fn as_read(place: &Place) -> Option<Read> {
    match place {
        Place::Field(read) => Some(*read),
        Place::Document => None,
    }
}
