//! What damages a visit: links that travelled badly, numbers as people write them, files of other
//! editors, and notices that would be in the way.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use mtl_tests::page::css;
use mtl_tests::site::explained;
use mtl_tests::{PATIENCE, Page, Setup, Shared, Site, eventually, eventually_true};
use serde_json::json;

static BROWSER: Shared = Shared::new(Setup::cpu);

fn is_rivals(page: &Page, how: &str) -> Result<()> {
    page.wait_setting("p", "rivals")?;
    ensure!(page.text("lesson")? == "rivals", "{how}: {}", page.text("lesson")?);
    ensure!(page.text("lr")? == "0.02", "{how}: a rate of {}", page.text("lr")?);
    ensure!(page.notice()?.is_empty(), "{how}: {}", page.notice()?);
    Ok(())
}

#[test]
fn links_that_were_damaged_on_their_way_open_their_lesson() -> Result<()> {
    BROWSER.tab(|page| {
        for fragment in [
            "v=2&p=rivals&lr=0.02",
            "v%3D2%26p%3Drivals%26lr%3D0.02",
            "v%253D2%2526p%253Drivals%2526lr%253D0.02",
            "v=2&amp;p=rivals&amp;lr=0.02",
            "v=2&#38;p=rivals&#38;lr=0.02",
            "v=2&p=rivals&lr=0.02.",
            "v=2&p=rivals&lr=0.02)",
            "v=2&p=rivals&lr=0.02>",
            "v=2&p=rivals&lr=0.02%20",
            "v=2&p=rivals&lr=0,02",
        ] {
            // As it was damaged, without the pace that other tests ask for.
            page.open_url(&format!("{}#{fragment}", page.url()))?;
            is_rivals(page, fragment)?;
            ensure!(page.settled_fragment()? == "v=2&p=rivals&lr=0.02", "{fragment}: {}", page.href()?);
        }
        page.no_console_errors()
    })
}

#[test]
fn an_encoded_sign_in_the_path_and_a_lost_slash_lead_to_the_lesson() -> Result<()> {
    let site = Site::built("/a/b/")?;
    BROWSER.tab(|root| {
        let page = Page::new(root.browser, &site.url());
        explained(&page, || {
            let folder = site.url();
            let bare = folder.trim_end_matches('/');
            for address in [
                format!("{folder}%23v=2&p=rivals&lr=0.02"),
                format!("{folder}%23v%3D2%26p%3Drivals%26lr%3D0.02"),
                format!("{folder}%2523v=2&p=rivals&lr=0.02"),
                format!("{bare}#v=2&p=rivals&lr=0.02"),
            ] {
                page.browser.goto("about:blank")?;
                page.browser.goto(&address)?;
                page.ready()?;
                is_rivals(&page, &address)?;
                ensure!(page.href()?.starts_with(&format!("{folder}#")), "{address}: {}", page.href()?);
            }
            Ok(())
        })
    })
}

#[test]
fn what_is_no_link_of_the_page_is_called_damaged() -> Result<()> {
    BROWSER.tab(|page| {
        for fragment in ["some-heading", "utm_source=mail&fbclid=x"] {
            page.open_url(&format!("{}#{fragment}", page.url()))?;
            eventually_true(PATIENCE, "a word about the link", || Ok(page.notice()?.contains("link looks damaged")))?;
        }
        page.trains()
    })
}

/// Opens every fold of the settings.
fn unfold(page: &Page) -> Result<()> {
    page.browser.execute(
        "document.querySelectorAll('.settings details.task-group').forEach(fold => fold.open = true)",
        vec![],
    )?;
    Ok(())
}

#[test]
fn numbers_are_typed_as_people_write_them() -> Result<()> {
    BROWSER.visit("v=2&p=twins", |page| {
        unfold(page)?;
        for (key, typed, used) in [
            ("lr", "0,05", "0.05"),
            ("lr", ".06", "0.06"),
            ("lr", "1e-4", "0.0001"),
            ("lr", "5e-1 ", "0.5"),
            ("t1.rel", "\u{2212}0.5", "-0.5"),
            ("t1.rel", "-0,25", "-0.25"),
            ("t1.scale", "2,5", "2.5"),
        ] {
            page.fill(key, typed)?;
            page.wait_setting(key, used)?;
            ensure!(page.text(key)? == used, "'{typed}' became {}", page.text(key)?);
        }
        page.fill("seed", "7,0")?;
        page.wait_setting("s", "7")?;
        page.browser.click("#set-t1-decay-inherit")?;
        page.fill("t1.decay", "0,1")?;
        page.wait_setting("t1.decay", "0.1")?;
        page.browser.click("#set-t1-decay-inherit")?;
        eventually_true(PATIENCE, "an inherited decay", || Ok(page.setting("t1.decay")?.is_none()))?;
        ensure!(page.notice()?.is_empty(), "{}", page.notice()?);
        Ok(())
    })
}

#[test]
fn a_number_does_not_change_while_it_is_typed() -> Result<()> {
    BROWSER.visit("v=2&p=twins", |page| {
        page.click("side-compose")?;
        page.focus(&css("lr"))?;
        page.browser.execute("document.activeElement.select()", vec![])?;
        for (letter, shown) in ['0', '.', '0', '0', '1'].into_iter().zip(["0", "0.", "0.0", "0.00", "0.001"]) {
            page.browser.press(letter)?;
            ensure!(page.text("lr")? == shown, "'{}' instead of '{shown}'", page.text("lr")?);
        }
        page.browser.press(Key::Enter.into())?;
        page.wait_setting("lr", "0.001")
    })
}

#[test]
fn a_phone_has_the_keys_for_signs_and_words() -> Result<()> {
    BROWSER.visit("v=2&p=twins&t1.decay=0.1", |page| {
        for (key, keys) in
            [("t1.rel", "text"), ("t1.decay", "text"), ("lr", "text"), ("batch", "text"), ("mom", "decimal")]
        {
            ensure!(page.attribute(key, "inputmode")?.as_deref() == Some(keys), "{key}");
        }
        Ok(())
    })
}

/// The notices that are in sight, each as its words.
fn seen(page: &Page) -> Result<Vec<String>> {
    let seen = page.browser.execute(
        "return [...document.querySelectorAll('[data-testid=notice] .notice')].filter(el => el.checkVisibility())\
           .map(el => el.textContent.trim())",
        vec![],
    )?;
    Ok(serde_json::from_value(seen)?)
}

#[test]
fn a_wrong_text_gives_way_to_the_value_and_a_notice_that_goes_when_it_is_right() -> Result<()> {
    BROWSER.visit("v=2&p=rivals", |page| {
        let before = page.text("lr")?;
        for wrong in ["banana", "1,000.5", "0..1"] {
            page.fill("lr", wrong)?;
            eventually_true(PATIENCE, "the value that is used", || Ok(page.text("lr")? == before))?;
            let said = format!("'{wrong}' is not a number from 1e-6 to 10; {before} is used.");
            eventually_true(PATIENCE, &said, || {
                let notices = seen(page)?;
                ensure!(notices.len() == 1, "{notices:?}");
                Ok(notices.iter().all(|notice| notice.starts_with("learning rate lr") && notice.contains(&said)))
            })?;
        }
        page.fill("lr", &before)?;
        eventually_true(PATIENCE, "no notice", || Ok(page.notice()?.is_empty()))
    })
}

#[test]
fn a_wrong_dropout_is_called_one() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&trunk=6,5-d7", |page| {
        ensure!(page.notice()?.contains("Dropout of layer 2: '7' is not a number from 0 to 0.9"), "{}", page.notice()?);
        page.fill("card-trunk-0-dropout", "2")?;
        page.wait_setting("trunk", "6-d0.9,5-d0.9")?;
        let notices = seen(page)?;
        ensure!(notices.len() == 1 && notices[0].contains("Dropout of layer 1: '2'"), "{notices:?}");
        page.fill("card-trunk-0-dropout", "much")?;
        eventually_true(PATIENCE, "the word", || Ok(page.notice()?.contains("Dropout of layer 1: 'much'")))?;
        ensure!(page.text("card-trunk-0-dropout")? == "0.9");
        page.fill("card-trunk-0-dropout", "0,1")?;
        page.wait_setting("trunk", "6-d0.1,5-d0.9")?;
        ensure!(page.notice()?.is_empty(), "{}", page.notice()?);
        Ok(())
    })
}

/// Six settings that are wrong, and one that nobody knows.
const SEVEN: &str = "v=2&p=rivals&lr=x&mom=x&decay=x&drop=x&seeds=x&t1.scale=x&zzz=1";

#[test]
fn notices_lie_over_the_page_and_five_are_shown_at_once() -> Result<()> {
    let place =
        |page: &Page| page.browser.number("return document.querySelector('main').getBoundingClientRect().top", vec![]);
    let mut quiet = 0.0;
    BROWSER.visit("v=2&p=rivals", |page| {
        quiet = place(page)?;
        Ok(())
    })?;
    BROWSER.visit(SEVEN, |page| {
        eventually_true(PATIENCE, "five notices", || Ok(seen(page)?.len() == 5))?;
        ensure!(place(page)? == quiet, "from {quiet} to {}", place(page)?);
        ensure!(page.text("notices-more")? == "and 2 more", "{}", page.text("notices-more")?);
        let all = page.notice()?;
        for words in
            ["learning rate", "momentum", "weight decay", "dropout", "paired seeds", "loss scale of task B", "zzz"]
        {
            ensure!(all.contains(words), "no '{words}' in {all}");
        }
        page.click("notices-more")?;
        eventually_true(PATIENCE, "all of them", || Ok(seen(page)?.len() == 7))?;
        page.click("notices-close")?;
        eventually_true(PATIENCE, "none", || Ok(page.notice()?.is_empty()))
    })
}

#[test]
fn a_notice_goes_with_its_task_and_its_method() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&bal=uncertainty&bal.lr=x&t1.scale=x", |page| {
        eventually_true(PATIENCE, "two notices", || Ok(seen(page)?.len() == 2))?;
        page.select("balancer", "equal")?;
        eventually_true(PATIENCE, "one notice", || Ok(seen(page)?.len() == 1))?;
        page.click("task-remove")?;
        eventually_true(PATIENCE, "no notice", || Ok(page.notice()?.is_empty()))?;
        page.open("v=2&p=rivals&lr=x")?;
        eventually_true(PATIENCE, "a notice", || Ok(!page.notice()?.is_empty()))?;
        page.choose_lesson("twins")?;
        ensure!(page.notice()?.is_empty(), "{}", page.notice()?);
        Ok(())
    })
}

#[test]
fn a_run_that_starts_again_says_why() -> Result<()> {
    BROWSER.visit("v=2&p=rivals", |page| {
        page.step_epochs(2)?;
        page.fill("seed", "8")?;
        eventually_true(PATIENCE, "the reason", || {
            Ok(page.words(".toast")?.is_some_and(|said| said == "Started again from epoch 0: seed changed"))
        })?;
        eventually_true(PATIENCE, "epoch 0", || Ok(page.epoch()? == 0))
    })
}

#[test]
fn a_slider_ends_where_the_data_do() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&rows=100&batch=20", |page| {
        unfold(page)?;
        for (label, word) in [("labelled rows", "all"), ("batch size", "full")] {
            let slider = page.field_labelled("input[type=range]", label)?;
            let says = |expected: &str| {
                eventually_true(PATIENCE, &format!("{label} {expected}"), || {
                    let said = "return document.querySelector(arguments[0]).getAttribute('aria-valuetext')";
                    Ok(page.browser.string(said, vec![json!(slider)])? == expected)
                })
            };
            page.focus(&slider)?;
            page.browser.press(Key::End.into())?;
            says(word)?;
            page.browser.press(Key::Left.into())?;
            says("100")?;
        }
        page.fill("rows", "50")?;
        let slider = page.field_labelled("input[type=range]", "batch size")?;
        page.focus(&slider)?;
        page.browser.press(Key::Home.into())?;
        page.wait_setting("batch", "1")?;
        ensure!(
            page.browser.number("return Number(document.querySelector(arguments[0]).max)", vec![json!(slider)])?
                == 50.0
        );
        Ok(())
    })
}

#[test]
fn digits_typed_on_a_slider_go_into_its_box() -> Result<()> {
    BROWSER.visit("v=2&p=twins", |page| {
        let slider = page.field_labelled("input[type=range]", "learning rate")?;
        page.focus(&slider)?;
        for letter in "0,2".chars() {
            page.browser.press(letter)?;
        }
        ensure!(page.text("lr")? == "0,2", "{}", page.text("lr")?);
        page.browser.press(Key::Enter.into())?;
        page.wait_setting("lr", "0.2")?;
        // A digit is also a lesson's key, a point an epoch's, a dash another lesson's.
        for letter in ['2', '.', '-'] {
            page.focus(&slider)?;
            page.browser.press(letter)?;
            ensure!(page.text("lr")? == letter.to_string());
            page.browser.press(Key::Escape.into())?;
        }
        ensure!(page.text("lesson")? == "twins" && page.epoch()? == 0 && page.text("lr")? == "0.2");
        Ok(())
    })
}

#[test]
fn what_a_field_needs_is_cut_nowhere() -> Result<()> {
    let cut = "const text = document.querySelector('.wrong'); if (!text) return 'no text';\
         const box = text.getBoundingClientRect();\
         if (text.scrollWidth > text.clientWidth + 1) return 'too wide';\
         for (let up = text.parentElement; up; up = up.parentElement) {\
           const style = getComputedStyle(up), around = up.getBoundingClientRect();\
           if (style.overflowX !== 'visible' && (box.left < around.left - 1 || box.right > around.right + 1)) return `cut by ${up.className}`;\
           if (/auto|scroll/.test(style.overflowY)) break;\
           if (style.overflowY === 'hidden' && (box.top < around.top - 1 || box.bottom > around.bottom + 1)) return `cut by ${up.className}`;\
         }\
         return ''";
    BROWSER.visit("v=2&p=rivals&trunk=6,5,4&arch=mmoe", |page| {
        unfold(page)?;
        for key in ["lr", "t1.rel", "trunk-layer-0-width", "card-trunk-0-dropout", "loss-smoothing"] {
            page.fill(key, "banana")?;
            let how = eventually(PATIENCE, "a text below the field", || {
                Ok(Some(page.browser.string(cut, vec![])?).filter(|how| how != "no text"))
            })?;
            ensure!(how.is_empty(), "{key}: {how}");
            page.focus(&css(key))?;
            eventually_true(PATIENCE, "no text", || Ok(page.browser.string(cut, vec![])? == "no text"))?;
        }
        Ok(())
    })
}

fn drop_file(page: &Page, bytes: &[u8]) -> Result<()> {
    let script = r#"
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(arguments[0])], 'lesson.mtl.json', { type: 'application/json' }));
        for (const type of ['dragenter', 'dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    "#;
    page.browser.execute(script, vec![json!(bytes)])?;
    Ok(())
}

#[test]
fn a_file_opens_whichever_editor_saved_it() -> Result<()> {
    const TEXT: &str = "{\r\n  \"p\": \"bully\",\r\n  \"s\": \"31\",\r\n  \"lr\": \"0,05\"\r\n}";
    let marked = format!("\u{feff}{TEXT}");
    let wide = |bytes: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    BROWSER.visit("v=2&p=twins", |page| {
        for bytes in
            [TEXT.as_bytes().to_vec(), marked.clone().into_bytes(), wide(u16::to_le_bytes), wide(u16::to_be_bytes)]
        {
            drop_file(page, &bytes)?;
            page.wait_setting("p", "bully")?;
            ensure!(page.text("seed")? == "31" && page.text("lr")? == "0.05", "{:?}", page.href()?);
            ensure!(page.notice()?.is_empty(), "{}", page.notice()?);
            page.choose_lesson("twins")?;
        }
        Ok(())
    })
}

#[test]
fn the_same_file_opens_again() -> Result<()> {
    const TEXT: &str = r#"{ "p": "bully", "s": 31 }"#;
    BROWSER.visit("v=2&p=twins", |page| {
        for _ in 0..2 {
            page.browser.execute(
                "const input = document.querySelector('input[type=file]'), data = new DataTransfer();\
                 data.items.add(new File([arguments[0]], 'lesson.mtl.json', { type: 'application/json' }));\
                 input.files = data.files; input.dispatchEvent(new Event('change', { bubbles: true }))",
                vec![json!(TEXT)],
            )?;
            page.wait_setting("s", "31")?;
            page.fill("seed", "5")?;
            page.wait_setting("s", "5")?;
        }
        Ok(())
    })
}

#[test]
fn a_file_that_is_no_lesson_is_told_in_a_sentence_and_changes_nothing() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&s=7", |page| {
        let large = " ".repeat(1_000_001);
        for (text, words) in [
            ("{\n  // the rate\n  \"p\": \"bully\"\n}", "comments are not allowed"),
            ("{\"p\": \"bully\", \"lr\": NaN}", "NaN and Infinity are no numbers"),
            ("epoch,loss\n1,0.5\n", "begins like a table"),
            (&large, "larger than 1 MB"),
        ] {
            drop_file(page, text.as_bytes())?;
            eventually_true(PATIENCE, words, || Ok(page.notice()?.contains(words)))?;
            ensure!(page.notice()?.contains("Nothing has changed."), "{}", page.notice()?);
            ensure!(seen(page)?.len() == 1 && page.text("lesson")? == "rivals" && page.text("seed")? == "7");
        }
        drop_file(page, br#"{ "p": "bully", "lr": 0.1, "lr": 0.2 }"#)?;
        page.wait_setting("lr", "0.1")?;
        ensure!(page.notice()?.contains("given more than once"), "{}", page.notice()?);
        Ok(())
    })
}
