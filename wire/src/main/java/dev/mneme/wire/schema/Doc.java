package dev.mneme.wire.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The meaning of a record, or of a component of one, for clients.
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.RECORD_COMPONENT})
public @interface Doc {
    /// A few words; for a component, what its name and type do not say already.
    String value();

    /// An example, as JSON; for a string, the string itself. Empty: no example.
    String example() default "";

    /// The value that holds when it is left out, written like `example`. Empty: none that could be written.
    String otherwise() default "";
}
