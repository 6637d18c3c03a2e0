"""The rules that every outbound text is judged by, one module a family; `settings` has their order."""
