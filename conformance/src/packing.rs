//! Scripts as a file for machines without a parser.

use crate::script::each_directive;
use crate::{TestFile, lower};
use diptych_script::pack::Writer;

/// The scripts in the form of [`diptych_script::pack`], without the directives that a later
/// version of the standard made wrong.
///
/// # Errors
/// When a script cannot be parsed.
pub fn pack(files: &[TestFile]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    for file in files {
        let mut writer = Writer::new(&file.key, &file.group);
        each_directive(&file.text, |line, directive| {
            if file.superseded(line).is_none() {
                writer.directive(line as u32, &lower::directive(directive));
            }
        })
        .map_err(|error| format!("{}: {error}", file.key))?;
        writer.append_to(&mut out);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diptych_script::pack::Reader;
    use std::borrow::Cow;

    #[test]
    fn scripts_are_packed_with_their_lines() {
        let file = |key: &str, text: &'static str| TestFile {
            group: "core".into(),
            key: key.into(),
            source: "here".into(),
            text: Cow::Borrowed(text),
        };
        let files = [
            file("a.wast", "(module)\n\n(invoke \"f\")"),
            file("b.wast", "(module)"),
        ];
        let packed = pack(&files).unwrap();
        let mut rest = packed.as_slice();
        let mut lines = Vec::new();
        while let Some((len, more)) = rest.split_first_chunk() {
            let (script, more) = more.split_at(u32::from_le_bytes(*len) as usize);
            let reader = Reader::new(script).unwrap();
            let key = reader.key();
            lines.extend(reader.map(|read| (key, read.unwrap().0)));
            rest = more;
        }
        assert_eq!(lines, [("a.wast", 1), ("a.wast", 3), ("b.wast", 1)]);
        assert!(pack(&[file("c.wast", "(")]).is_err());
    }
}
