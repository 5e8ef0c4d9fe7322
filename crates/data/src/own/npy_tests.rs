use super::*;

fn npy(descr: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).expect("short").to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(body);
    bytes
}

fn message(bytes: &[u8]) -> String {
    Array::parse(bytes).expect_err("refused")
}

#[test]
fn bytes_stay_bytes_and_channels_come_first() {
    // One image of 1 × 2 pixels with the colours (1, 2, 3) and (4, 5, 6).
    let array = Array::parse(&npy("|u1", "(1, 1, 2, 3)", &[1, 2, 3, 4, 5, 6])).expect("valid");
    let (shape, pixels) = array.inputs().expect("an image");
    assert_eq!((shape, pixels.bytes()), ([3, 1, 2], &[1, 4, 2, 5, 3, 6][..]));
}

#[test]
fn numbers_of_either_end_are_read() {
    let body: Vec<u8> = [0.5f32, -2.0].iter().flat_map(|x| x.to_be_bytes()).collect();
    let array = Array::parse(&npy(">f4", "(2, 1)", &body)).expect("valid");
    assert_eq!(array.inputs().expect("numbers"), ([1, 1, 1], Pixels::Numbers(vec![0.5, -2.0].into())));
    let body: Vec<u8> = [7i64, -1, 7].iter().flat_map(|x| x.to_le_bytes()).collect();
    let labels = Array::parse(&npy("<i8", "(3,)", &body)).expect("valid").labels().expect("labels");
    assert_eq!((labels.names, labels.of), (vec!["7".into(), "-1".into()], vec![0, 1, 0]));
    let body: Vec<u8> = "catox\0".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let labels = Array::parse(&npy("<U3", "(2, 1)", &body)).expect("valid").labels().expect("labels");
    assert_eq!(labels.names, ["cat", "ox"]);
}

#[test]
fn what_is_wrong_is_said() {
    assert!(message(b"PK").contains("not an array of NumPy"));
    assert!(message(&npy("|u1", "(3,)", &[1, 2])).contains("truncated: 2 of 3"));
    assert!(message(&npy("|u1", "(1,)", &[1, 2])).contains("2 data bytes, but"));
    assert!(message(&npy("|O", "(1,)", &[1])).contains("holds `|O`; allowed are bool"));
    assert!(message(&npy("|u1", &format!("({0}, {0}, {0})", usize::MAX), &[])).contains("0 data bytes"));
    let fortran = String::from_utf8_lossy(&npy("|u1", "(1,)", b"a")).replace("False", "True ");
    assert!(message(&[b"\x93NUMPY".as_slice(), &fortran.as_bytes()[8..]].concat()).contains("Fortran"));
    let of = |bytes: &[u8]| Array::parse(bytes).expect("an array");
    assert!(
        of(&npy("|u1", "(1,)", b"a")).inputs().expect_err("one axis").contains("allowed are (n, features)")
    );
    assert!(of(&npy("|u1", "(1, 2)", b"ab")).labels().expect_err("one-hot").contains("argmax"));
    assert!(
        of(&npy("<f4", "(1,)", &0.5f32.to_le_bytes())).labels().expect_err("half").contains("whole numbers")
    );
    assert!(
        of(&npy("<f4", "(1, 1)", &f32::NAN.to_le_bytes()))
            .inputs()
            .expect_err("NaN")
            .contains("sample 0 holds NaN")
    );
}

#[test]
fn archives_are_searched_for_the_usual_names() {
    let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let keras = names(&["x_test", "x_train", "y_test", "y_train"]);
    let told = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
    assert_eq!(known_names(&keras, "test", false), told("x_test", "y_test"));
    let med = names(&["train_images", "train_labels", "val_images", "val_labels"]);
    assert_eq!(known_names(&med, "validation", false), told("val_images", "val_labels"));
    assert_eq!(known_names(&names(&["x", "y"]), "train", true), told("x", "y"));
    assert_eq!(known_names(&names(&["x", "y"]), "test", false), None);
}
