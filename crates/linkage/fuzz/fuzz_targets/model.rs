//! A model that somebody changed by hand, and a list that is linked with it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use linkage::batch::{Engine, Model, Settings, Wishes};

const LIST: &str = "given name,surname,birth date,sex,phone,town,nationality\n\
    Amina,Yusuf,1990-01-02,f,0791234567,Irbid,SY\nAmina,Yousef,1990-01-02,f,0791234567,Irbid,SY\n\
    أمينة,يوسف,1990-02-01,f,,Irbid,\nOmar,Haddad,1971,m,0797654321,Zarqa,IQ\n";

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.toml");
    std::fs::write(&file, bytes).unwrap();
    let Ok(model) = Model::read(&file) else { return };
    std::fs::write(&file, model.to_text()).unwrap();
    assert!(Model::read(&file).is_ok(), "what was written can be read");
    let list = folder.path().join("list.csv");
    std::fs::write(&list, LIST).unwrap();
    if let Ok(engine) = Engine::open(&[list], &Wishes::default(), Some(model), Settings::default(), &mut |_| {}) {
        let mut pairs = engine.pairs(0.5, &mut |_| {}).unwrap();
        assert_eq!(engine.cluster(&mut pairs, 0.5).unwrap().len(), 4);
        let explained = engine.explain(0, 1);
        assert!((0.0..=1.0).contains(&explained.probability), "{explained}");
    }
});
