//! Small grammars of compose files, and why a setting of theirs is left out.

/// A command line as a container runs it through its shell.
pub(crate) fn shell(line: String) -> Vec<String> {
    vec!["/bin/sh".to_owned(), "-c".to_owned(), line]
}

/// The container's side of `8080`, `80:8080`, `127.0.0.1:80:8080/tcp`.
pub(crate) fn container_port(text: &str) -> Option<u16> {
    let (ports, protocol) = match text.rsplit_once('/') {
        Some((ports, protocol)) => (ports, Some(protocol)),
        None => (text, None),
    };
    if protocol.is_some_and(|it| !it.eq_ignore_ascii_case("tcp")) {
        return None;
    }
    let port = ports.rsplit(':').next()?;
    port.parse().ok().filter(|port| *port > 0)
}

/// Whether a value names a service as a host: `http://api:3000`, `db:5432`, `db`.
pub(crate) fn names_host(value: &str, host: &str) -> bool {
    value == host
        || value.match_indices(host).any(|(at, _)| {
            let before = value[..at].chars().next_back();
            let after = value[at + host.len()..].chars().next();
            let begins = before.is_none_or(|c| "/@,".contains(c));
            let ends = after.is_none_or(|c| ":/,?".contains(c));
            begins && ends && (before.is_some() || after == Some(':'))
        })
}

/// Why a setting of compose has no place in a design.
pub(crate) fn why(key: &str) -> &'static str {
    match key {
        "volumes" | "volumes_from" | "tmpfs" | "storage_opt" => {
            "a task on Fargate has no disk that lasts and sees none of this computer's folders"
        }
        "networks" | "network_mode" | "links" | "external_links" | "extra_hosts" | "dns"
        | "dns_search" | "dns_opt" | "hostname" | "domainname" | "mac_address" => {
            "Slipway makes the network; who reaches whom follows from the routes"
        }
        "privileged"
        | "cap_add"
        | "cap_drop"
        | "devices"
        | "security_opt"
        | "userns_mode"
        | "cgroup"
        | "cgroup_parent"
        | "pid"
        | "ipc"
        | "sysctls"
        | "runtime"
        | "gpus"
        | "device_cgroup_rules"
        | "oom_kill_disable"
        | "oom_score_adj"
        | "isolation"
        | "credential_spec" => "Fargate gives a container no rights on the machine below it",
        "depends_on" => {
            "services start independently of each other; a program waits for what it needs"
        }
        "restart" => "ECS keeps the tasks running and replaces them itself",
        "env_file" => {
            "it is not read, as it may hold secrets; write its settings into env and its secrets into secrets"
        }
        "secrets" | "configs" => {
            "compose puts these into files; in a design a secret is a variable that refers to Secrets Manager"
        }
        "logging" => "the logs go to CloudWatch",
        "extends" => "the service that it extends is not followed, so what stands there is missing",
        "container_name" => "Slipway names what it makes",
        "labels" | "annotations" => "labels are read by tools beside compose; a design has tags",
        "develop" | "pull_policy" | "attach" | "stdin_open" | "tty" => {
            "it is about working on this computer"
        }
        _ => "it has no counterpart in a design",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_containers() {
        let check =
            |text: &str, port: Option<u16>| assert_eq!(container_port(text), port, "{text}");
        check("8080", Some(8080));
        check("80:8080", Some(8080));
        check("127.0.0.1:80:8080/tcp", Some(8080));
        check("[::1]:80:8080", Some(8080));
        check("53:53/udp", None);
        check("8000-8010:8000-8010", None);
        check("0", None);
        check("", None);
    }

    #[test]
    fn hosts_in_values() {
        for value in [
            "http://db:1/x",
            "db:5432",
            "db",
            "http://db",
            "a:1,db:2",
            "x@db/y",
        ] {
            assert!(names_host(value, "db"), "{value}");
        }
        for value in [
            "mydb:1",
            "http://dbx:1",
            "/var/dbs",
            "redbull",
            "info",
            "a db b",
        ] {
            assert!(!names_host(value, "db"), "{value}");
        }
    }
}
