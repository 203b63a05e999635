package dev.mneme.api.rest;

import java.util.Map;

/// How the parts of the server are, asked by `/health/live` and `/health/ready`. Answers at once; any number may
/// ask.
public interface Health {
    /// @param detail what it is, or what is wrong; for operators, without secrets
    record Part(boolean ok, String detail) {}

    /// What must hold for the process to be worth keeping.
    Map<String, Part> live();

    /// What must hold for it to be given requests.
    Map<String, Part> ready();
}
