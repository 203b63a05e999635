/// What an operator may set, where settings come from, and the records that the server is built with. They are read
/// once, before anything starts; a configuration that exists is valid.
@NullMarked
package dev.mneme.server.config;

import org.jspecify.annotations.NullMarked;
