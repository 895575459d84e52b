'use client';
import { loader } from 'letterbox-images/loader/next';

export default loader({ base: 'https://img.example.com' });
