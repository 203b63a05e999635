package dev.mneme.wire;

import java.util.List;

/// Every key, oldest first, without secrets.
public record KeyList(List<KeyResource> items) {}
