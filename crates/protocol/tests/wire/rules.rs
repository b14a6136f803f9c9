//! The wire rules as a serializer: what breaks one is an error, whatever value it holds.

use serde::Serialize;
use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use std::fmt;

/// Which rule was broken.
#[derive(Debug)]
pub(crate) struct Broken(String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

impl serde::ser::Error for Broken {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// No 64-bit integers, keys of maps are texts, names of fields and variants are snake case, and
/// no enum is tagged from outside.
pub(crate) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), Broken> {
    value.serialize(Rules)
}

#[derive(Clone, Copy)]
struct Rules;

fn name(name: &str) -> Result<(), Broken> {
    let snake =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if name.chars().all(snake) {
        Ok(())
    } else {
        Err(Broken::custom(format!("`{name}` is not snake case")))
    }
}

fn wide<T>() -> Result<T, Broken> {
    Err(Broken::custom("a 64-bit integer is a number"))
}

fn outside<T>(variant: &str) -> Result<T, Broken> {
    Err(Broken::custom(format!(
        "`{variant}` is tagged from outside"
    )))
}

macro_rules! fine {
    ($($method:ident: $kind:ty),*) => {
        $( fn $method(self, _: $kind) -> Result<(), Broken> { Ok(()) } )*
    };
}

macro_rules! too_wide {
    ($($method:ident: $kind:ty),*) => {
        $( fn $method(self, _: $kind) -> Result<(), Broken> { wide() } )*
    };
}

impl Serializer for Rules {
    type Ok = ();
    type Error = Broken;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fine!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str
    );
    too_wide!(serialize_i64: i64, serialize_u64: u64, serialize_i128: i128, serialize_u128: u128);

    fn serialize_none(self) -> Result<(), Broken> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Broken> {
        check(value)
    }

    fn serialize_unit(self) -> Result<(), Broken> {
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Broken> {
        name(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Broken> {
        check(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Result<(), Broken> {
        outside(variant)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Broken> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Broken> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Broken> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Broken> {
        outside(variant)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Broken> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Broken> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Broken> {
        outside(variant)
    }
}

macro_rules! elements {
    ($($kind:ident: $method:ident),*) => {
        $(
            impl $kind for Rules {
                type Ok = ();
                type Error = Broken;

                fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Broken> {
                    check(value)
                }

                fn end(self) -> Result<(), Broken> {
                    Ok(())
                }
            }
        )*
    };
}

elements!(
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
);

macro_rules! fields {
    ($($kind:ident),*) => {
        $(
            impl $kind for Rules {
                type Ok = ();
                type Error = Broken;

                fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Broken> {
                    name(key)?;
                    check(value)
                }

                fn end(self) -> Result<(), Broken> {
                    Ok(())
                }
            }
        )*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Rules {
    type Ok = ();
    type Error = Broken;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Broken> {
        // A number as a key would be written as a text by JSON and read as one by nobody.
        match serde_json::to_value(key) {
            Ok(serde_json::Value::String(_)) => Ok(()),
            _ => Err(Broken::custom("the key of a map is not a text")),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Broken> {
        check(value)
    }

    fn end(self) -> Result<(), Broken> {
        Ok(())
    }
}
