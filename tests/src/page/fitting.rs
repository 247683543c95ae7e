//! Texts that a person can't read whole, though nothing says so.

use super::Page;
use anyhow::{Context, Result};
use serde_json::Value;

/// Every text in sight, by the boxes of its lines, against two faults. Cut: an element around it hides
/// what is beyond its edge, and can't be scrolled. Covered: something that paints lies over its middle.
const FAULTS: &str = r#"
const SLACK = 1.5;
const paints = el => {
    if (el.matches('canvas, img, svg, input, button')) return true;
    const style = getComputedStyle(el), alpha = style.backgroundColor.match(/[\d.]+\)$/);
    const opaque = !style.backgroundColor.startsWith('rgba') || parseFloat(alpha) > 0.5;
    return style.opacity > 0.5 && opaque && style.visibility === 'visible';
};
const hides = value => value === 'hidden' || value === 'clip';
const scrolls = value => value === 'auto' || value === 'scroll';
// What an element around the text leaves of the box, and whether it cuts it off for good.
const within = (el, box) => {
    let cut = false, { left, right, top, bottom } = box;
    for (let up = el; up && up !== document.documentElement; up = up.parentElement) {
        const style = getComputedStyle(up), edge = up.getBoundingClientRect();
        const contained = /strict|content|paint/.test(style.contain);
        if (style.display === 'inline' || style.display === 'contents') continue;
        for (const [overflow, from, to] of [[style.overflowX, 'left', 'right'], [style.overflowY, 'top', 'bottom']]) {
            const [low, high] = from === 'left' ? [left, right] : [top, bottom];
            if (hides(overflow) || contained && overflow === 'visible') {
                cut ||= low < edge[from] - SLACK || high > edge[to] + SLACK;
            }
            if (hides(overflow) || scrolls(overflow)) {
                if (from === 'left') [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
                else [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
            }
        }
        if (style.position === 'fixed') break;
    }
    return { cut, left: Math.max(left, 0), right: Math.min(right, innerWidth), top: Math.max(top, 0), bottom: Math.min(bottom, innerHeight) };
};
const name = el => {
    const part = el => el.dataset.testid ? `[${el.dataset.testid}]` : el.classList[0] ? `.${el.classList[0]}` : el.localName;
    return [el.closest('[data-testid]'), el.closest('.panel, .settings, .top, dialog'), el].filter(Boolean).map(part).join(' ');
};
const faults = new Set();
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const el = node.parentElement, words = node.textContent.trim();
    if (!words || el.closest('script, style, template, option, noscript, .unseen, [aria-hidden=true]')) continue;
    if (!el.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true })) continue;
    // What only those hear who don't see.
    let unseen = false;
    for (let up = el; up && !unseen; up = up.parentElement) unseen = /inset\(50%/.test(getComputedStyle(up).clipPath);
    if (unseen) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
        if (box.width < 1 || box.height < 1) continue;
        const seen = within(el, box);
        if (seen.cut) { faults.add(`cut: '${words.slice(0, 60)}' in ${name(el)}`); continue; }
        const [x, y] = [(seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2];
        if (seen.right - seen.left < 2 || seen.bottom - seen.top < 2) continue;
        for (const over of document.elementsFromPoint(x, y)) {
            if (over === el || over.contains(el) || el.contains(over)) break;
            if (paints(over)) { faults.add(`covered: '${words.slice(0, 60)}' in ${name(el)} by ${name(over)}`); break; }
        }
    }
}
return [...faults];
"#;

impl Page<'_> {
    /// Every text that is cut off or covered, in words; none where all is well.
    pub fn unreadable(&self) -> Result<Vec<String>> {
        let faults = self.browser.execute(FAULTS, vec![])?;
        let faults = faults.as_array().context("no list of faults")?;
        Ok(faults.iter().filter_map(Value::as_str).map(String::from).collect())
    }
}
