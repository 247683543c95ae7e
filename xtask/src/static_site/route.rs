//! From a requested address to a file's path inside the site.

/// Where a request leads.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    /// A file, relative to the site's folder, with forward slashes and without `..`.
    File(String),
    /// The prefix without its last slash.
    Redirect(String),
    /// Outside of the prefix.
    Elsewhere,
    /// A path that tries to leave the folder, or that cannot be decoded.
    Hostile,
}

/// Decides on an address as it stands in the request: encoded, maybe with a query.
pub fn route(prefix: &str, url: &str) -> Route {
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    if prefix.strip_suffix('/') == Some(path) && !path.is_empty() {
        return Route::Redirect(query.map_or_else(|| prefix.to_owned(), |query| format!("{prefix}?{query}")));
    }
    let Some(inside) = path.strip_prefix(prefix) else {
        return Route::Elsewhere;
    };
    let Some(decoded) = decode(inside) else {
        return Route::Hostile;
    };
    let is_plain = |part: &str| part != ".." && !part.contains(['\\', ':', '\0']);
    if decoded.starts_with('/') || !decoded.split('/').all(is_plain) {
        return Route::Hostile;
    }
    if decoded.is_empty() || decoded.ends_with('/') {
        return Route::File(format!("{decoded}index.html"));
    }
    Route::File(decoded)
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> Route {
        Route::File(path.to_owned())
    }

    #[test]
    fn a_folder_means_its_index() {
        assert_eq!(route("/", "/"), file("index.html"));
        assert_eq!(route("/a/b/", "/a/b/style/"), file("style/index.html"));
    }

    #[test]
    fn the_query_is_no_part_of_the_file() {
        assert_eq!(route("/", "/page.js?v=0123"), file("page.js"));
    }

    #[test]
    fn encoded_names_are_decoded() {
        assert_eq!(route("/", "/a%20b.js"), file("a b.js"));
    }

    #[test]
    fn a_prefix_without_its_slash_is_redirected_with_its_query() {
        assert_eq!(route("/a/b/", "/a/b?x=1"), Route::Redirect("/a/b/?x=1".to_owned()));
    }

    #[test]
    fn other_prefixes_are_elsewhere() {
        assert_eq!(route("/a/b/", "/a/page.js"), Route::Elsewhere);
        assert_eq!(route("/a/b/", "/a/bc"), Route::Elsewhere);
    }

    #[test]
    fn paths_that_climb_out_are_hostile_however_they_are_written() {
        for url in ["/../secret", "/%2e%2e/secret", "/a/..%2f..%2fsecret", "/..\\secret", "//etc/passwd", "/%ff", "/%2"]
        {
            assert_eq!(route("/", url), Route::Hostile, "{url}");
        }
    }
}
