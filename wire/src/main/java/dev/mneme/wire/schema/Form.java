package dev.mneme.wire.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A string that a regular expression matches as a whole, in an answer: what a client sends back is better refused
/// with a message that says where to get it.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface Form {
    /// A memory's id.
    String ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

    /// Where an owner's changes stand: epoch, slot, sequence.
    String POSITION = "^[a-z0-9]{1,32}:[0-9a-f]{1,3}:[0-9]{1,18}$";

    /// A key's id.
    String KEY_ID = "^[0-9a-f]{12}$";

    String value();
}
