;; What is not valid of exceptions as first proposed.
(assert_invalid
  (module
    (func
      try
      catch 0
      end))
  "unknown tag 0")
(assert_invalid
  (module
    (tag)
    (func
      try
      catch 0
        (i32.const 1)
      end))
  "type mismatch")
(assert_invalid
  (module
    (tag (param i32))
    (func
      try
      catch 0
      end))
  "type mismatch")
(assert_invalid
  (module
    (tag (param i32))
    (func (result i64)
      try (result i64)
        (i64.const 1)
      catch 0
      end))
  "type mismatch")
(assert_invalid
  (module
    (func (result i32)
      try (result i32)
        (i32.const 1)
      catch_all
      end))
  "type mismatch")
(assert_invalid
  (module
    (func (result i32)
      try (result i32)
      delegate 0))
  "type mismatch")
(assert_invalid
  (module
    (func (param i32)
      (local.get 0)
      try
        (drop)
      catch_all
      end))
  "type mismatch")
(assert_invalid
  (module
    (func (local (ref func))
      try
        (local.set 0 (ref.func 0))
      catch_all
      end
      (drop (local.get 0)))
    (elem declare func 0))
  "uninitialized local")
(assert_invalid
  (module
    (func
      try
      delegate 1))
  "unknown label")
(assert_invalid (module (func (rethrow 0))) "invalid rethrow label")
(assert_invalid
  (module
    (func
      try
        (rethrow 0)
      catch_all
      end))
  "invalid rethrow label")
(assert_invalid
  (module
    (func
      try
      catch_all
        (block (rethrow 0))
      end))
  "invalid rethrow label")
(assert_invalid
  (module
    (func
      try
      catch_all
        (rethrow 2)
      end))
  "unknown label")
(assert_invalid
  (module
    (tag $e (param i32))
    (func (result i32)
      (block $b (result i32) (try_table (catch $e $b) (rethrow 0)) (i32.const 0))))
  "invalid rethrow label")
