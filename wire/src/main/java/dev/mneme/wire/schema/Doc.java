package dev.mneme.wire.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What a record, or a component of one, means to a client.
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.RECORD_COMPONENT})
public @interface Doc {
    /// In a few words; for a component, what its name and type do not say already.
    String value();

    /// What it may look like, as JSON; of a string, the string itself. Empty: no example.
    String example() default "";

    /// What holds when it is left out, as `example` is written. Empty: nothing that a value could say.
    String otherwise() default "";
}
