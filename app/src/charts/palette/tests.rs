use super::vision::{VISIONS, ciede2000, contrast, lab, worst};
use super::*;
use crate::charts::theme::Theme;

fn colours(dark: bool) -> Vec<Rgb> {
    TASKS.iter().map(|task| task.colour(dark)).collect()
}

#[test]
fn the_colour_distance_agrees_with_published_pairs() {
    // Sharma, Wu and Dalal 2005, table 1, pairs 1, 7, 17 and 25.
    let pairs = [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
    ];
    for (a, b, expected) in pairs {
        assert!((ciede2000(a, b) - expected).abs() < 1e-4, "{a:?} {b:?}: {}", ciede2000(a, b));
    }
}

#[test]
fn every_task_colour_has_a_contrast_of_three_to_its_panel() {
    for dark in [false, true] {
        for task in &TASKS {
            let ratio = contrast(task.colour(dark), ground(dark).background);
            assert!(ratio >= 3.0, "task {} dark={dark}: {ratio:.2}", task.letter);
        }
    }
}

#[test]
fn the_first_four_tasks_differ_as_the_table_of_the_design_says() {
    let stated = [37.0, 12.2, 15.9, 12.4];
    for ((name, vision), stated) in VISIONS.iter().zip(stated) {
        let found = worst(&colours(false)[..4], vision);
        assert!((found - stated).abs() < 0.05, "{name}: {found:.2}, stated {stated}");
    }
}

#[test]
fn all_six_tasks_stay_twelve_apart_for_every_kind_of_colour_vision() {
    for dark in [false, true] {
        for (name, vision) in &VISIONS {
            let found = worst(&colours(dark), vision);
            assert!(found >= 12.0, "dark={dark} {name}: {found:.2}");
        }
    }
}

#[test]
fn tasks_also_differ_in_marker_and_dash() {
    for (i, a) in TASKS.iter().enumerate() {
        for b in &TASKS[..i] {
            assert_ne!(a.shape, b.shape);
            assert_ne!(a.dash, b.dash);
            assert_ne!(a.valid_dash, b.valid_dash);
        }
    }
}

#[test]
fn text_on_a_panel_can_be_read() {
    for ground in [LIGHT, DARK] {
        assert!(contrast(ground.foreground, ground.background) >= 14.0);
        assert!(contrast(ground.muted, ground.background) >= 4.5);
        assert!(contrast(ground.axis, ground.background) >= 3.0);
    }
}

#[test]
fn five_classes_stay_eighteen_apart_and_ten_stay_twelve() {
    let classes = |n: usize| (0..n).map(|i| class_colour(i, n)).collect::<Vec<_>>();
    for (name, vision) in &VISIONS {
        for (n, floor) in [(2, 30.0), (3, 30.0), (5, 18.0), (10, 12.0)] {
            let found = worst(&classes(n), vision);
            assert!(found >= floor, "{n} classes, {name}: {found:.2}");
        }
    }
}

#[test]
fn the_sequential_map_grows_lighter_all_the_way_for_every_kind_of_colour_vision() {
    for (name, vision) in &VISIONS {
        let lightness: Vec<f64> = (0..=64).map(|k| lab(sequential(k as f32 / 64.0), vision)[0]).collect();
        assert!(lightness.windows(2).all(|w| w[1] > w[0] - 0.3), "{name}: {lightness:?}");
        assert!(lightness[64] - lightness[0] > 60.0, "{name}");
    }
}

#[test]
fn the_two_ends_of_the_diverging_map_are_far_apart_and_its_middle_is_the_panel() {
    for dark in [false, true] {
        let theme = Theme::new(dark, 1.0);
        let ends = [diverging(-1.0, theme), diverging(1.0, theme)];
        for (name, vision) in &VISIONS {
            assert!(worst(&ends, vision) > 30.0, "{name}");
        }
        assert!(contrast(diverging(0.0, theme), ground(dark).background) < 1.3);
        assert!(worst(&[diverging(-0.1, theme), diverging(0.1, theme)], &VISIONS[0].1) > 5.0);
    }
}

#[test]
fn a_value_out_of_range_takes_the_end_of_the_map_and_no_number_is_grey() {
    let theme = Theme::new(false, 1.0);
    assert_eq!(diverging(-7.0, theme), diverging(-1.0, theme));
    assert_eq!(diverging(f32::INFINITY, theme), diverging(1.0, theme));
    assert_eq!(sequential(9.0), sequential(1.0));
    assert_eq!(sequential(f32::NAN), (0x80, 0x80, 0x80));
    assert_eq!(class_colour(3, 12), class_colour(3, 5));
    assert_ne!(class_colour(13, 20), class_colour(3, 20));
}

#[test]
fn a_colour_is_written_as_css_writes_it() {
    assert_eq!(hex(task_colour(0, false)), "#0072b2");
    assert_eq!(mix((0, 0, 0), (255, 255, 255), 0.0), (0, 0, 0));
    assert_eq!(mix((0, 0, 0), (255, 255, 255), 1.0), (255, 255, 255));
}
