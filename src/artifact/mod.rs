//! What the files of a connector mean. No opinions here.

pub mod schema;

pub mod arm;

pub mod folder;

pub mod resource;

pub mod table;

pub mod dcr;

pub mod definition;

pub mod connector;

pub mod solution;
