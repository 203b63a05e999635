package dev.mneme.wire.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A record that carries one of several shapes: its components are those of all shapes together, and what a client
/// sends or gets is exactly one of them.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Either {
    Class<? extends Record>[] value();
}
