//! bridgepin: says for every Linux bridge in a tree of configuration what address it will
//! really get, and writes the line that really pins it.

pub mod address;
pub mod baseline;
pub mod bytes;
pub mod check;
pub mod cli;
pub mod config;
pub mod discover;
pub mod edit;
pub mod exit;
pub mod facts;
pub mod finding;
pub mod fix;
pub mod fleet;
pub mod fnmatch;
pub mod glob;
pub mod host;
pub mod ignore;
pub mod judgement;
pub mod lines;
pub mod links;
pub mod live;
pub mod nearest;
pub mod provenance;
pub mod recognise;
pub mod regular;
pub mod report;
pub mod rules;
pub mod run;
pub mod selection;
pub mod silence;
pub mod span;
pub mod stack;
pub mod syntax;
pub mod systemd;
pub mod template;
