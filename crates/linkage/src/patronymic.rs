//! A father's name inside the name that is made of it: Ivanovich, Ivanivna and Ivan name one father.

/// Endings of patronymics in East Slavic languages and in Icelandic, as transliteration writes them; the
/// longer stand before those they end with.
const ENDINGS: &[&str] = &[
    "iiovych", "iyovych", "iovych", "yovych", "ievich", "yevich", "iivna", "yivna", "ievna", "yevna", "ovych", "evych",
    "ovich", "evich", "ovitch", "evitch", "ovna", "evna", "ivna", "sdottir", "dottir", "sson",
];
/// Those that are made otherwise.
const OTHERS: &[(&str, &[&str])] = &[
    ("ilya", &["ilich", "ilyich", "illich", "ilinichna", "illivna"]),
    ("nikita", &["nikitich", "nikitichna"]),
    ("kuzma", &["kuzmich", "kuzminichna"]),
    ("luka", &["lukich", "lukinichna"]),
    ("foma", &["fomich", "fominichna"]),
    ("savva", &["savvich", "savvichna"]),
];
/// Letters that a father's name has at least.
const SHORTEST: usize = 3;

/// The father's name, if a part is a patronymic.
pub(crate) fn father(part: &str) -> Option<&str> {
    let other = OTHERS.iter().find(|(_, made)| made.contains(&part)).map(|(father, _)| *father);
    other.or_else(|| {
        let stem = ENDINGS.iter().find_map(|ending| part.strip_suffix(ending))?;
        (stem.len() >= SHORTEST).then_some(stem)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Skeleton, tokens};

    #[test]
    fn a_patronymic_sounds_like_the_father() {
        for (made, name) in [
            ("Иванович", "Иван"),
            ("Ivanivna", "Ivan"),
            ("Sergeevna", "Сергей"),
            ("Сергійович", "Сергій"),
            ("Сергіївна", "Сергій"),
            ("Petrovych", "Petro"),
            ("Николаевич", "Nikolai"),
            ("Andreyevich", "Andrei"),
            ("Васильевна", "Vasili"),
            ("Ильинична", "Ilya"),
            ("Jónsdóttir", "Jón"),
            ("Guðmundsson", "Gudmund"),
        ] {
            let (made, name) = (tokens(made), tokens(name));
            let heard = father(&made[0]).unwrap_or_else(|| panic!("{made:?}"));
            assert_eq!(Skeleton::of(heard), Skeleton::of(&name[0]), "{made:?} and {name:?}: {heard}");
        }
        for name in ["ivan", "jackson", "rich", "lovna", "anna", ""] {
            assert_eq!(father(name), None, "{name}");
        }
    }
}
