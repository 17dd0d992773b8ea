;; Draws the Mandelbrot set on standard output, as a WASI program.
;;
;;     diptych run examples/programs/mandelbrot.wat
;;
;; Each character stands for one number c; the darker it is, the longer z := z² + c takes to
;; escape from 0.
(module $mandelbrot
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param $fd i32) (param $iovs i32) (param $count i32) (param $written i32)
      (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  (memory (export "memory") 1)
  ;; 0: an iovec (address, length); 8: the number of bytes written; 16: the shades, one for each
  ;; doubling of the number of steps; 64: a line of text.
  (data (i32.const 16) " .:-=+*%#@")

  (global $columns i32 (i32.const 78))
  (global $rows i32 (i32.const 32))
  (global $limit i32 (i32.const 256))

  (func (export "_start")
    (local $row i32)
    (loop $next
      (call $draw (local.get $row))
      (call $print)
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $row) (global.get $rows)))))

  ;; Fills the line with a row of the picture: real parts from -2.25 to 0.85, imaginary parts
  ;; from 1.25 to -1.25.
  (func $draw (param $row i32)
    (local $column i32)
    (local $y f64)
    (local.set $y
      (f64.sub
        (f64.const 1.25)
        (f64.mul
          (f64.const 2.5)
          (f64.div
            (f64.convert_i32_u (local.get $row))
            (f64.convert_i32_u (i32.sub (global.get $rows) (i32.const 1)))))))
    (loop $next
      (i32.store8 offset=64
        (local.get $column)
        (call $shade
          (call $steps
            (f64.add
              (f64.const -2.25)
              (f64.mul
                (f64.const 3.1)
                (f64.div
                  (f64.convert_i32_u (local.get $column))
                  (f64.convert_i32_u (global.get $columns)))))
            (local.get $y))))
      (local.set $column (i32.add (local.get $column) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $column) (global.get $columns))))
    (i32.store8 offset=64 (local.get $column) (i32.const 10)))

  ;; How many steps it takes until |z| > 2, at most $limit.
  (func $steps (export "steps") (param $x f64) (param $y f64) (result i32)
    (local $re f64)
    (local $im f64)
    (local $re2 f64)
    (local $im2 f64)
    (local $n i32)
    (block $escaped
      (loop $next
        (local.set $re2 (f64.mul (local.get $re) (local.get $re)))
        (local.set $im2 (f64.mul (local.get $im) (local.get $im)))
        (br_if $escaped (f64.gt (f64.add (local.get $re2) (local.get $im2)) (f64.const 4)))
        (br_if $escaped (i32.ge_u (local.get $n) (global.get $limit)))
        (local.set $im
          (f64.add
            (f64.mul (f64.add (local.get $re) (local.get $re)) (local.get $im))
            (local.get $y)))
        (local.set $re
          (f64.add (f64.sub (local.get $re2) (local.get $im2)) (local.get $x)))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $n))

  ;; The character for a number of steps: its place is that of the number's highest bit.
  (func $shade (param $steps i32) (result i32)
    (i32.load8_u offset=16 (i32.sub (i32.const 32) (i32.clz (local.get $steps)))))

  ;; Writes the line; a failure ends the program.
  (func $print
    (i32.store (i32.const 0) (i32.const 64))
    (i32.store (i32.const 4) (i32.add (global.get $columns) (i32.const 1)))
    (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
      (then (call $proc_exit (i32.const 1))))))
