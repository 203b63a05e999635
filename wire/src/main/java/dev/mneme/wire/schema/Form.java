package dev.mneme.wire.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A string that a regular expression matches as a whole. It is for answers only: when a client sends such a string
/// back, a refusal whose message says where to get it is better.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface Form {
    /// A memory's id.
    String ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

    /// A place in an owner's changes: epoch, slot, sequence.
    String POSITION = "^[a-z0-9]{1,32}:[0-9a-f]{1,3}:[0-9]{1,18}$";

    /// A key's id.
    String KEY_ID = "^[0-9a-f]{12}$";

    String value();
}
