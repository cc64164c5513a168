//! bridgepin: says for every Linux bridge in a tree of configuration what address it will
//! really get, and writes the line that really pins it.

pub mod address;
pub mod discover;
pub mod edit;
pub mod finding;
pub mod fix;
pub mod host;
pub mod judgement;
pub mod links;
pub mod report;
pub mod span;
pub mod stack;
pub mod syntax;
