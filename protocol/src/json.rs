//! JSON as a tree, and how the wire's types are taken out of it.
//!
//! Every text is read by one and the same reader, which borrows from it what it can. What serde derives, a reader for each
//! type, is a little faster and would make each page some 20 KB of gzipped WASM larger.

mod reader;

use std::borrow::Cow;

/// A JSON value (RFC 8259), as far as the wire has such.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Truth(bool),
    /// A whole number.
    Number(u64),
    /// A number that is below zero or not whole. Nothing on the wire is one.
    OtherNumber,
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Json<'a>>),
    /// An object.
    Object(Fields<'a>),
}

/// The fields of an object, each until it is taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

/// Why a value is not of the type that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {problem}", .field.unwrap_or("it"))]
pub struct Unfit {
    field: Option<&'static str>,
    problem: &'static str,
}

/// What can be taken out of a tree.
pub trait FromJson: Sized {
    /// Takes it.
    ///
    /// # Errors
    /// [`Unfit`]: the value is of another type, or out of range.
    fn from_json(json: Json<'_>) -> Result<Self, Unfit>;

    /// What a field is that isn't there, if it needn't be.
    fn missing() -> Option<Self> {
        None
    }
}

/// An enum, as an object with one field that is named by the variant.
pub trait Tagged: Sized {
    /// The variant of this name, if there is one.
    ///
    /// # Errors
    /// [`Unfit`]: there is, but its content is something else.
    fn tagged(tag: &str, content: Json<'_>) -> Result<Option<Self>, Unfit>;
}

/// Reads a text.
///
/// # Errors
/// What is wrong with it, in words for whoever wrote it.
pub fn read<T: FromJson>(text: &str) -> Result<T, String> {
    T::from_json(Json::parse(text)?).map_err(|unfit| unfit.to_string())
}

impl<'a> Json<'a> {
    /// The tree of a text.
    ///
    /// # Errors
    /// Where it stops being JSON.
    pub fn parse(text: &'a str) -> Result<Self, String> {
        reader::read(text).map_err(|byte| format!("this is no JSON from byte {byte} on"))
    }

    /// The fields of an object.
    ///
    /// # Errors
    /// [`Unfit`]: it is none.
    pub fn fields(self) -> Result<Fields<'a>, Unfit> {
        match self {
            Self::Object(fields) => Ok(fields),
            _ => Err(Unfit::new("is not an object")),
        }
    }

    /// The name and the content of an object's only field.
    pub fn only_field(self) -> Option<(Cow<'a, str>, Json<'a>)> {
        let Self::Object(Fields(mut fields)) = self else { return None };
        fields.pop().filter(|_| fields.is_empty())
    }
}

impl Fields<'_> {
    /// Takes a field.
    ///
    /// # Errors
    /// [`Unfit`]: it isn't there and has to be, or is of another type.
    pub fn take<T: FromJson>(&mut self, field: &'static str) -> Result<T, Unfit> {
        let place = self.0.iter().position(|(name, _)| name == field);
        let taken = match place.map(|place| self.0.swap_remove(place)) {
            Some((_, json)) => T::from_json(json),
            None => T::missing().ok_or(Unfit::new("is missing")),
        };
        taken.map_err(|unfit| unfit.of(field))
    }

    /// Takes a field, or what is usual where it isn't there.
    ///
    /// # Errors
    /// [`Unfit`]: it is of another type.
    pub fn take_or<T: FromJson>(&mut self, field: &'static str, usual: T) -> Result<T, Unfit> {
        Ok(self.take::<Option<T>>(field)?.unwrap_or(usual))
    }
}

impl Unfit {
    /// What is wrong with the value, as the rest of a sentence that begins with its name.
    pub const fn new(problem: &'static str) -> Self {
        Self { field: None, problem }
    }

    /// The same of this field, unless it is of one inside it.
    fn of(self, field: &'static str) -> Self {
        Self { field: self.field.or(Some(field)), ..self }
    }
}

impl FromJson for bool {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        if let Json::Truth(truth) = json { Ok(truth) } else { Err(Unfit::new("is not true or false")) }
    }
}

impl FromJson for u64 {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        if let Json::Number(number) = json { Ok(number) } else { Err(Unfit::new("is not a whole number")) }
    }
}

impl FromJson for u32 {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        u64::from_json(json)?.try_into().map_err(|_| Unfit::new("is too large"))
    }
}

impl FromJson for usize {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        u64::from_json(json)?.try_into().map_err(|_| Unfit::new("is too large"))
    }
}

impl FromJson for String {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        if let Json::Text(text) = json { Ok(text.into_owned()) } else { Err(Unfit::new("is not a text")) }
    }
}

impl FromJson for Box<str> {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        String::from_json(json).map(Into::into)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        let Json::List(list) = json else { return Err(Unfit::new("is not a list")) };
        list.into_iter().map(T::from_json).collect()
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: Json<'_>) -> Result<Self, Unfit> {
        if matches!(json, Json::Null) { Ok(None) } else { T::from_json(json).map(Some) }
    }

    fn missing() -> Option<Self> {
        Some(None)
    }
}

/// Takes a type out as serde writes it.
macro_rules! from_json {
    (struct $name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::json::FromJson for $name {
            fn from_json(json: $crate::json::Json<'_>) -> Result<Self, $crate::json::Unfit> {
                Ok($crate::json::from_json!(@content json, $name { $($field),* }))
            }
        }
    };
    (enum $name:ident { $($tag:literal => $variant:ident $content:tt,)* }) => {
        impl $crate::json::Tagged for $name {
            fn tagged(tag: &str, json: $crate::json::Json<'_>) -> Result<Option<Self>, $crate::json::Unfit> {
                Ok(Some(match tag {
                    $($tag => $crate::json::from_json!(@content json, $name::$variant $content),)*
                    _ => return Ok(None),
                }))
            }
        }
    };
    (@content $json:ident, $($name:ident)::+ (_)) => { $($name)::+($crate::json::FromJson::from_json($json)?) };
    (@content $json:ident, $($name:ident)::+ { $($field:ident),* }) => {{
        let mut _fields = $json.fields()?;
        $($name)::+ { $($field: _fields.take(stringify!($field))?),* }
    }};
}
pub(crate) use from_json;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_named_by_its_innermost_field() {
        let mut fields = Json::parse(r#"{"a":-1,"b":[7,"x"],"c":null}"#).unwrap().fields().unwrap();
        assert_eq!(fields.take::<u64>("a").unwrap_err().to_string(), "a is not a whole number");
        assert_eq!(fields.take::<Vec<u64>>("b").unwrap_err().to_string(), "b is not a whole number");
        assert_eq!(fields.take::<Option<u64>>("c"), Ok(None));
        assert_eq!(fields.take::<Option<u64>>("d"), Ok(None));
        assert_eq!(fields.take::<String>("e").unwrap_err().to_string(), "e is missing");
    }

    #[test]
    fn what_is_no_json_says_from_where_on() {
        assert_eq!(read::<bool>("[1,}").unwrap_err(), "this is no JSON from byte 3 on");
    }

    #[test]
    fn a_text_is_borrowed_where_it_stands_as_it_is() {
        let Json::List(texts) = Json::parse(r#"["plain","with \"quotes\""]"#).unwrap() else { panic!("not a list") };
        assert!(matches!(&texts[..], [Json::Text(Cow::Borrowed("plain")), Json::Text(Cow::Owned(_))]));
    }
}
