//! What the files of a connector mean. No opinions here.

pub mod schema;

pub mod secret;

pub mod standard;

pub mod arm;

pub mod api;

pub mod folder;

pub mod resource;

pub mod table;

pub mod dcr;

pub mod definition;

pub mod connector;

pub mod solution;

pub mod transform;

pub mod opinion;

pub mod version;

pub mod notes;

pub mod data_file;

pub mod links;

pub mod published;

pub mod category;
pub mod package;

pub mod contact;
