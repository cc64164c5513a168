//! Every measured file: what our readers make of it is what the real programs print.
//!
//! `TRUTH=ifupdown2 cargo test --test grammar` runs one stack, `CASE=...` one case.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use bridgepin::host::Host;
use bridgepin::stack::eni::{self, Config};
use bridgepin::stack::{Software, Stack};
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::collections::BTreeMap;

/// A stanza or a merged interface: name, family, method (empty where not shown), options.
type Shown = (String, String, String, Vec<(String, String)>);

fn wanted(variable: &str, text: &str) -> bool {
    std::env::var(variable).map_or(true, |wanted| text.contains(&wanted))
}

fn read(host: &Host, stack: &Stack) -> Config {
    match stack.software {
        Software::Ifupdown => eni::ifupdown::read(host),
        Software::IfupdownNg => eni::ifupdown_ng::read(host, &stack.version),
        other => panic!("{other:?} reads no interfaces"),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => text(&common::base64(other["base64"].as_str().unwrap())),
    }
}

/// What the program printed, in our words.
fn measured(stack: &Stack, observed: &Value) -> Vec<Shown> {
    let ifaces = observed["ifaces"].as_array().unwrap();
    let get = |iface: &Value, key: &str| iface[key].as_str().unwrap_or_default().to_owned();
    let shown = ifaces.iter().map(|iface| {
        let options = iface["options"].as_array().unwrap().iter();
        let options = options.map(|pair| (pair[0].as_str().unwrap().to_owned(), value(&pair[1])));
        let options = options.filter(|(key, _)| !is_added(stack, key)).collect();
        (get(iface, "name"), get(iface, "family"), get(iface, "method"), options)
    });
    shown.collect()
}

/// Options that the program adds by itself, or shows in another form than the file has.
fn is_added(stack: &Stack, key: &str) -> bool {
    const IFUPDOWN: &[&str] = &[
        "accept_ra",
        "autoconf",
        "broadcast",
        "dad-attempts",
        "dad-interval",
        "ll-attempts",
        "ll-interval",
        "netmask",
        "preferred-lifetime",
        "request_prefix",
    ];
    match stack.software {
        Software::Ifupdown => IFUPDOWN.contains(&key),
        // Made out of `bridge-ports` when it is brought up.
        Software::IfupdownNg => key == "requires",
        _ => false,
    }
}

/// The options of a stanza as ifupdown prints them: lines of one option joined.
fn ifupdown_options(config: &Config, stanza: usize) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = Vec::new();
    for option in config.options(stanza) {
        let (key, value) = (text(&option.key.token.text), text(&option.value.text));
        match options.iter_mut().find(|(name, _)| *name == key && !eni::ifupdown::COMMANDS.contains(&name.as_str())) {
            Some((_, joined)) => {
                joined.push('\n');
                joined.push_str(&value);
            }
            None if key == "address" => options.push((key, value.split('/').next().unwrap().to_owned())),
            None => options.push((key, value)),
        }
    }
    options
}

/// What our reader makes of the interfaces that were asked about.
fn told(stack: &Stack, config: &Config, names: &[String]) -> Vec<Shown> {
    if config.refused {
        return Vec::new();
    }
    let mut shown = Vec::new();
    match stack.software {
        Software::Ifupdown | Software::Ifupdown2 => {
            for name in names {
                let of_name =
                    config.stanzas.iter().enumerate().filter(|(_, stanza)| stanza.name.token.text == name.as_str());
                let options: Vec<_> = of_name.map(|(index, _)| ifupdown_options(config, index)).collect();
                if !options.is_empty() {
                    shown.push((name.clone(), String::new(), String::new(), options.concat()));
                }
            }
        }
        Software::IfupdownNg => {
            let interfaces = eni::ifupdown_ng::interfaces(config, true);
            for name in names {
                for interface in interfaces.iter().filter(|interface| interface.name == name.as_str()) {
                    let lines = interface.vars.iter().flat_map(|var| printed(&var.key, &var.value)).collect();
                    shown.push((name.clone(), String::new(), String::new(), lines));
                }
            }
        }
        _ => {}
    }
    shown
}

/// How a variable of ifupdown-ng was read back from its output: a value of several lines as several options.
fn printed(key: &[u8], value: &[u8]) -> Vec<(String, String)> {
    let value = text(value);
    let mut lines = value.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    let more = lines.map(|line| (line.trim().to_owned(), String::new()));
    std::iter::once((text(key), first)).chain(more).collect()
}

/// The interfaces that `--list` shows, lo left out.
fn auto(stack: &Stack, config: &Config) -> Vec<String> {
    if config.refused {
        return Vec::new();
    }
    let mut names = Vec::new();
    for start in config.starts.iter().filter(|start| start.class == b"auto") {
        let name = text(&start.name.token.text);
        let shown = match stack.software {
            // It skips interfaces without a stanza, and patterns without a link.
            Software::Ifupdown => config.stanzas.iter().any(|stanza| stanza.name.token.text == name.as_str()),
            _ => true,
        };
        if shown && name != "lo" && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What the programs wrote on stderr, as far as our readers say it too.
fn complaints(stack: &Stack, observed: &Value) -> Vec<String> {
    let error = observed["error"].as_str().unwrap_or_default().lines();
    let warnings = observed["warnings"].as_array().into_iter().flatten().map(|line| line.as_str().unwrap());
    let said = error.chain(warnings).filter(|line| match stack.software {
        // About what was asked, not about the file.
        Software::Ifupdown => !line.contains("couldn't read interfaces file") && !line.contains("unknown interface"),
        Software::IfupdownNg => !line.contains("could not parse") && !line.contains("unknown interface"),
        _ => false,
    });
    said.map(str::to_owned).collect()
}

#[test]
fn grammar() {
    let table = common::table("grammar-interfaces.json");
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    for case in table["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        for (key, observed) in case["observed"].as_object().unwrap() {
            let stack: Stack = key.parse().unwrap();
            if !wanted("TRUTH", key)
                || !wanted("CASE", id)
                || !matches!(stack.software, Software::Ifupdown | Software::IfupdownNg)
            {
                continue;
            }
            let laid = common::lay_out(&table, case, key);
            let host = Host::new(&laid.host).live(true);
            let config = read(&host, &stack);
            let result = std::panic::catch_unwind(|| compare(&stack, &config, observed));
            let count = counts.entry(key.clone()).or_default();
            count.1 += 1;
            match result {
                Ok(()) => count.0 += 1,
                Err(_) => failures.push(format!("{id} on {key}")),
            }
        }
    }
    for (key, (agree, all)) in &counts {
        println!("grammar {key}: {agree} of {all}");
    }
    assert!(failures.is_empty(), "{} disagree:\n{}", failures.len(), failures.join("\n"));
}

fn compare(stack: &Stack, config: &Config, observed: &Value) {
    if observed.get("ifaces").is_some() {
        let expected = measured(stack, observed);
        let mut names: Vec<String> = expected.iter().map(|shown| shown.0.clone()).collect();
        names.dedup();
        if names.is_empty() {
            names.push("br0".to_owned());
        }
        let unordered = observed["note"].as_str().is_some_and(|note| note.contains("only the set"));
        let order = |mut shown: Vec<Shown>| {
            if unordered {
                shown.iter_mut().for_each(|iface| iface.3.sort());
                shown.sort();
            }
            shown
        };
        assert_eq!(order(told(stack, config, &names)), order(expected), "{observed:#}");
    }
    if let Some(expected) = observed["auto"].as_array() {
        let expected: Vec<&str> =
            expected.iter().map(|name| name.as_str().unwrap()).filter(|name| *name != "lo").collect();
        assert_eq!(auto(stack, config), expected, "{observed:#}");
    }
    let messages: Vec<&str> = config.problems.iter().map(|problem| problem.message.as_str()).collect();
    for line in complaints(stack, observed) {
        let said = messages.iter().any(|message| line.contains(message.split("; ").next().unwrap()));
        assert!(said, "{line:?} is not among {messages:?}");
    }
    let refusal = match stack.software {
        Software::Ifupdown => "couldn't read interfaces file",
        _ => "could not parse",
    };
    let refused = observed["error"].as_str().is_some_and(|error| error.contains(refusal));
    {
        assert_eq!(config.refused, refused, "{observed:#}");
    }
}
