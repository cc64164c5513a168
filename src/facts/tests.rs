use super::*;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

/// A line a link, and what else a file tells.
fn told(text: &str) -> String {
    let Parsed { names, links, complete } = match parse(text.as_bytes()) {
        Ok(parsed) => parsed,
        Err(problem) => return problem,
    };
    let mut lines: Vec<String> = links.iter().map(line).collect();
    lines.extend(complete.then(|| "all".to_owned()));
    lines.extend((!names.is_empty()).then(|| names.join(" ")));
    lines.join("\n")
}

fn line(link: &LinkFacts) -> String {
    let address = link.address.map_or_else(String::new, |(address, what)| format!(" {what} {address}"));
    let shape = match &link.shape {
        Shape::Plain => String::new(),
        Shape::Bridge => " bridge".to_owned(),
        Shape::Vlan(parent) => format!(" vlan of {parent}"),
        Shape::Bond(ports) => format!(" bond of {ports:?}"),
    };
    format!("{}{address}{shape}{}", link.name, if link.follows_active_port { " moves" } else { "" })
}

#[test]
fn ip_with_details() {
    let text = r#"[{"ifindex":1,"ifname":"lo","link_type":"loopback","address":"00:00:00:00:00:00"},
      {},
      {"ifindex":2,"ifname":"eno1","flags":["SLAVE"],"master":"bond0","link_type":"ether","address":"b4:99:ba:00:00:02",
       "linkinfo":{"info_slave_kind":"bond","info_slave_data":{"state":"ACTIVE","perm_hwaddr":"b4:99:ba:00:00:01"}}},
      {"ifindex":3,"ifname":"eno2","flags":["SLAVE"],"master":"bond0","link_type":"ether","address":"b4:99:ba:00:00:02",
       "permaddr":"b4:99:ba:00:00:03"},
      {"ifindex":4,"ifname":"bond0","link_type":"ether","address":"b4:99:ba:00:00:02",
       "linkinfo":{"info_kind":"bond","info_data":{"mode":"active-backup","fail_over_mac":"active"}}},
      {"ifindex":5,"link":"bond0","ifname":"bond0.5","link_type":"ether","address":"b4:99:ba:00:00:02",
       "linkinfo":{"info_kind":"vlan","info_data":{"id":5}}},
      {"ifindex":6,"ifname":"br0","link_type":"ether","address":"b4:99:ba:00:00:02","linkinfo":{"info_kind":"bridge"}},
      {"ifindex":7,"link":"eth0","ifname":"veth1","link_type":"ether","address":"02:00:00:00:00:01","linkinfo":{"info_kind":"veth"}},
      {"ifindex":8,"ifname":"ib0","link_type":"infiniband","address":"80:00:02:08:fe:80"}]"#;
    assert_eq!(
        told(text),
        "lo\n\
         eno1 `perm_hwaddr` b4:99:ba:00:00:01\n\
         eno2 `permaddr` b4:99:ba:00:00:03\n\
         bond0 `address` b4:99:ba:00:00:02 bond of [\"eno1\", \"eno2\"] moves\n\
         bond0.5 `address` b4:99:ba:00:00:02 vlan of bond0\n\
         br0 `address` b4:99:ba:00:00:02 bridge\n\
         veth1 `address` 02:00:00:00:00:01\n\
         ib0\n\
         all"
    );
}

#[test]
fn ip_without_details_or_of_some_links() {
    let text = r#"[{"ifname":"bond0","flags":["BROADCAST","MASTER"],"address":"b4:99:ba:00:00:01"},
      {"ifname":"eno1","flags":["SLAVE"],"master":"bond0","address":"b4:99:ba:00:00:01"}]"#;
    assert_eq!(told(text), "bond0 `address` b4:99:ba:00:00:01 bond of [\"eno1\"]\neno1 `address` b4:99:ba:00:00:01");
}

/// As `--tree` writes it, as a fact cache does, as one of Ansible 2.19 does, and as `to_json` prints `ansible_facts`.
#[test]
fn ansible_in_its_forms() {
    let facts = r#"{"ansible_fqdn": "web1.example.org", "ansible_nodename": "web1", "ansible_hostname": "web1",
      "ansible_interfaces": ["lo", "eno1", "eno2", "bond0", "br-lan", "tun0"],
      "ansible_default_ipv4": {"interface": "br-lan", "macaddress": "b4:99:ba:00:00:01"},
      "ansible_bond0": {"device": "bond0", "macaddress": "b4:99:ba:00:00:01", "type": "bonding", "slaves": ["eno2", "eno1"]},
      "ansible_br_lan": {"device": "br-lan", "macaddress": "b4:99:ba:00:00:01", "type": "bridge", "interfaces": ["bond0"]},
      "ansible_eno1": {"device": "eno1", "macaddress": "b4:99:ba:00:00:01", "perm_macaddress": "b4:99:ba:00:00:02", "type": "ether"},
      "ansible_eno2": {"device": "eno2", "macaddress": "b4:99:ba:00:00:01", "perm_macaddress": "", "type": "ether"},
      "ansible_lo": {"device": "lo", "type": "loopback"}}"#;
    let expected = "bond0 `macaddress` b4:99:ba:00:00:01 bond of [\"eno2\", \"eno1\"]\n\
         br-lan `macaddress` b4:99:ba:00:00:01 bridge\n\
         eno1 `perm_macaddress` b4:99:ba:00:00:02\n\
         eno2 `macaddress` b4:99:ba:00:00:01\n\
         lo\n\
         tun0\n\
         all\n\
         web1.example.org web1 web1";
    let payload = serde_json::to_string(&serde_json::json!({ "__payload__": facts })).unwrap();
    for text in [
        facts.to_owned(),
        format!("{{\"ansible_facts\": {facts}, \"changed\": false}}"),
        payload,
        facts.replace("\"ansible_", "\""),
    ] {
        assert_eq!(told(&text), expected, "{text}");
    }
}

#[test]
fn lshw_of_a_class_and_of_a_machine() {
    let nic = r#"{"id": "network", "class": "network", "logicalname": "eno1", "serial": "b4:99:ba:00:00:01",
      "configuration": {"driver": "igb"}}"#;
    let bridge = r#"{"id": "network:1", "class": "network", "logicalname": ["br0"], "serial": "b4:99:ba:00:00:01",
      "configuration": {"driver": "bridge"}}"#;
    let modem = r#"{"class": "network", "logicalname": ["wwan0", "/dev/cdc-wdm0"], "serial": "[REMOVED]"}"#;
    let expected = "eno1 `serial` b4:99:ba:00:00:01\nbr0 `serial` b4:99:ba:00:00:01 bridge\nwwan0";
    assert_eq!(told(&format!("[{nic}, {bridge}, {modem}]")), expected);
    assert_eq!(told(&format!("  {nic},\n{bridge},\n  {modem},\n")), expected, "B.02.18");
    let machine = format!(
        r#"{{"id": "web1", "class": "system", "children": [{{"id": "core", "class": "bus", "children": [{nic}]}}, {bridge}, {modem}]}}"#
    );
    assert_eq!(told(&machine), format!("{expected}\nweb1"));
}

#[test]
fn says_what_is_wrong() {
    let problem = |text: &str, start: &str| assert!(told(text).starts_with(start), "{text}: {}", told(text));
    problem("web1 | SUCCESS => {", "no JSON (");
    problem("{\"changed\": false, \"unreachable\": true}", "Ansible wrote that it could not");
    problem("{\"__payload__\": \"{\"}", "its `__payload__` is no JSON (");
    for text in ["[]", "{}", "3", "\"\"", "[3]", "[{\"ifname\": 3}]", "{\"class\": \"system\", \"id\": \"a\"}"] {
        problem(text, "no network links in it; ");
    }
    problem(&"[".repeat(100_000), "no JSON (recursion limit");
}

fn names(root: &str, names: &[&str]) -> HostNames {
    HostNames { root: root.into(), names: names.iter().map(|name| (*name).to_owned()).collect() }
}

#[test]
fn belongs_to_a_host_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let link = r#"[{"ifname": "eno1", "address": "b4:99:ba:00:00:01"}]"#;
    let ansible =
        |name: &str| format!("{{\"ansible_nodename\": \"{name}\", \"ansible_eno1\": {{\"device\": \"eno1\"}}}}");
    for name in ["web1.json", "Web2.Example.org", "s1_web3", "db.a.json", "db.b.json", "one.json", "one", "README"] {
        std::fs::write(dir.path().join(name), link).unwrap();
    }
    std::fs::write(dir.path().join("10.0.0.4"), ansible("web4.example.org")).unwrap();
    std::fs::write(dir.path().join("web5"), "no facts").unwrap();
    std::fs::write(dir.path().join("notes.txt"), "web9 is a spare").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", dir.path().join("web6")).unwrap();
    std::os::unix::fs::symlink("web1.json", dir.path().join("web7")).unwrap();
    let facts = Facts::read(dir.path());
    let file = |host: &[&str]| {
        let found = facts.host(&names(&host.join("/"), host))?;
        Some(found.file.file_name().unwrap().to_str().unwrap().to_owned())
    };
    assert_eq!(file(&["web1"]).as_deref(), Some("web1.json"));
    assert_eq!(file(&["rootfs", "WEB1.example.org"]).as_deref(), Some("web1.json"));
    assert_eq!(file(&["web2"]).as_deref(), Some("Web2.Example.org"));
    assert_eq!(file(&["web2.example.net"]), None, "another domain");
    assert_eq!(file(&["web3"]).as_deref(), Some("s1_web3"));
    assert_eq!(file(&["10.0.0.5", "web4"]).as_deref(), Some("10.0.0.4"));
    assert_eq!(file(&["web7"]).as_deref(), Some("web7"));
    for unknown in ["web5", "web6", "db", "one", "web", "web9"] {
        assert_eq!(file(&[unknown]), None, "{unknown}");
    }
    let folder = format!("{}/", dir.path().display());
    let problems: Vec<String> = facts.problems().iter().map(|problem| problem.replace(&folder, "")).collect();
    let starts = [
        "db.a.json: db.b.json names the host db too",
        "one: one.json names the host one too",
        "web5: no JSON (",
        "web6: this symbolic link leads out",
    ];
    for (problem, start) in problems.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem}");
    }
    assert_eq!(problems.len(), starts.len(), "{problems:#?}");
    let notes = facts.unmatched().notes(Path::new("/"));
    assert_eq!(
        notes.iter().map(|note| note.replace(&folder, "")).collect::<Vec<_>>(),
        [
            "no facts for 5 hosts: db, one, web, web2.example.net, web9; a file of facts is named after its host, like db.json",
            "no host for 6 files of facts: README, db.a.json, db.b.json, notes.txt, one, one.json",
            "web1.json was taken for 2 hosts: rootfs/WEB1.example.org, web1; name files after their hosts in full",
        ]
    );
}

#[test]
fn one_file_and_none() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("web1.json");
    std::fs::write(&file, r#"[{"ifname": "eno1"}]"#).unwrap();
    assert!(Facts::read(&file).host(&names("/h/web1", &["web1"])).is_some());
    let facts = Facts::read(&dir.path().join("missing"));
    assert_eq!(facts.host(&names("web1", &["web1"])), None);
    assert_eq!(facts.problems().len(), 1);
}

proptest! {
    #[test]
    fn never_panics(text in proptest::collection::vec(prop_oneof![
        Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\"ifname\""), Just("\"lo\""), Just("\"link\""),
        Just("\"linkinfo\""), Just("\"info_kind\""), Just("\"bond\""), Just("\"class\""), Just("\"network\""), Just("\"children\""),
        Just("\"logicalname\""), Just("\"ansible_facts\""), Just("\"ansible_interfaces\""), Just("\"device\""), Just("1"), Just("null"),
        Just("\"__payload__\""), Just("true"), Just("\"unreachable\""), Just("\"\\ud800\""),
    ], 0..40)) {
        let _ = parse(text.concat().as_bytes());
    }

    #[test]
    fn never_panics_on_bytes(bytes: Vec<u8>) {
        let _ = parse(&bytes);
    }
}
