package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;

/// A key is revoked.
@Doc("A key is revoked: from this answer on it opens nothing.")
public record KeyRevoked(
        @OneOf("DELETE") String event, @Form(Form.KEY_ID) String id) {}
